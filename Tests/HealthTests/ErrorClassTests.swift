import Health
import Testing

struct ErrorClassTests {
  @Test(arguments: ErrorClass.allCases) func isCalledAsSumoLogicCallsIt(_ errorClass: ErrorClass) {
    #expect(errorClass.eventName == errorClass.rawValue + "Error")
  }
}
