/// Who asks.
package struct Credentials: Sendable {
  package let username: Secret
  package let password: Secret

  package init(username: Secret, password: Secret) {
    self.username = username
    self.password = password
  }
}
