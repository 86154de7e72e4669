/// Sentences of KnowledgeBase entries, with the HTML that stands in them.
enum EntryText {
  static let diagnosis: [StaticString] = [
    "A vulnerability in the command line could allow an authenticated, local attacker to run commands as root.<BR>\n",
    "The parser reads past the end of a buffer when a length &gt; 65535 is announced.<P>\n",
    "Requests with two <B>Content-Length</B> headers are passed on as they are.<BR>",
    "Affected Versions:<UL><LI>All before 9.4.12</LI><LI>10.0 &lt; 10.1.3 (&quot;long-term&quot;)</LI></UL>\n",
    "Die Prüfung der Größe fehlt; ein Paßwort bleibt im Speicher.<BR>\n",
    "設定ファイルの権限が緩く、誰でも読み書きできます。<P>",
    "<PRE>GET /admin/..%2f..%2fetc HTTP/1.1\n\tHost: service.example\n\nif (a[b[0]]]]><![CDATA[> 1 && c < 2) { … }</PRE>\n",
    "The certificate is trusted although its name does not match: C:\\ProgramData\\Example\\ca.pem.<BR>\n",
  ]

  static let consequences: [StaticString] = [
    " A successful exploit could allow the attacker to execute commands with root privileges.<P>",
    "Sensitive data may be read or changed.",
    "N/A",
    "The service stops answering until it is restarted & its cache is rebuilt.<BR>",
  ]

  static let solutions: [StaticString] = [
    "<P> <A HREF=\"https://downloads.example/?os=el9&arch=x86_64\" TARGET=\"_blank\">Enterprise Linux 9</A>\n",
    "<P> <A HREF=\"https://downloads.example/?os=windows\" TARGET=\"_blank\">Windows: 10.0.20348.2113</A>\n",
    "Workaround:<BR>\n1) Set \"AllowRemote\" = 'no'.<BR>2) Restart the service.<P>\n",
    "回避策：管理ポートへの接続を制限してください。<BR>\n",
  ]

  static let exploitSources: [StaticString] = ["The Exploit-DB", "Core Security", "Metasploit", "Nuclei 🚀"]

  static let ratings: [StaticString] = ["Low", "Medium", "High"]

  static let paymentReasons: [StaticString] = [
    "The vulnerability is rated as medium or higher by CVSS (4.0 & above).",
    "It allows &quot;remote code execution&quot;.",
  ]

  static let modules: [StaticString] = [
    "VM", "VM,CA-Windows Agent", "VM,CA-Linux Agent", "VM,CA-Linux Agent,CA-Mac Agent,WAS",
  ]

  static let changes: [StaticString] = [
    "Detection logic <updated> & made more exact.", "Severity has changed from 4 to 3.", "CVSS scores updated.",
  ]
}
