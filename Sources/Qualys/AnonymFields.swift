/// Which elements and members hold names of hosts, users and things, and which hold Qualys' own words.
enum AnonymFields {
  /// What the text of an element is.
  static func element(_ name: String) -> AnonymLexer.Place {
    switch name {
    case "DNS", "FQDN", "HOSTNAME", "NETBIOS", "OS_HOSTNAME", "HOST_NAME": .name(.host)
    case "DOMAIN": .name(.domain)
    case "CLOUD_RESOURCE_ID", "EC2_INSTANCE_ID", "SERIAL_NUMBER", "BIOS_SERIAL_NUMBER": .name(.thing)
    case "USER_LOGIN", "USERNAME", "USER_NAME", "LAST_LOGGED_ON_USER": .name(.user)
    case "TYPE", "STATUS", "TRACKING_METHOD", "PROTOCOL", "CODE", "LAST_STATUS", "VULN_TYPE": .kept
    default: .text
    }
  }

  /// What the `VALUE` beside a `NAME` is, as in a cloud provider's data of a host.
  static func attribute(_ name: String) -> AnonymLexer.Place { member(name) }

  /// What the value of a member is.
  static func member(_ name: String) -> AnonymLexer.Place {
    switch name {
    case "dnsName", "assetName", "netbiosName", "hostname", "hostName", "fqdn", "privateDnsName", "publicDnsName",
      "privateDns", "publicDns", "localHostname", "publicHostname", "computerName", "machineName":
      .name(.host)
    case "domain", "domainName": .name(.domain)
    case "lastLoggedOnUser", "username", "userName", "userLogin", "loginName": .name(.user)
    case "biosSerialNumber", "biosAssetTag", "serialNumber", "hwUUID", "instanceId", "ec2InstanceId", "accountId",
      "subscriptionId", "projectId", "vmId", "resourceId", "vpcId", "subnetId":
      .name(.thing)
    case "responseCode", "responseMessage", "hasMore", "protocol", "status", "assetType": .kept
    default: .text
    }
  }
}
