internal import Testing

@Test func builds() {}
