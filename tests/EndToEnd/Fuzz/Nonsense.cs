namespace Mlops.EndToEnd.Fuzz;

/// <summary>Values that nobody should send.</summary>
internal static class Nonsense
{
    /// <summary>For a path's segment, percent-encoded where a client could not send it otherwise.</summary>
    public static IReadOnlyList<string> Segments { get; } =
    [
        "..", ".", "%2e%2e", "%2e%2e%2f", "..%2f..%2f..%2fetc%2fpasswd", "..%5c..%5cwindows", "%ff%fe", "%", "%zz", "%c0%ae%c0%ae",
        "%2F", "//", "~", "*", "'", "%22",
        "a%20b", "%20", "%0d%0aX-Injected:%201", "%09", "%7f", "na%C3%AFve", "%F0%9F%A6%84", "%E2%80%AE", "%EF%BF%BD", "-1", "0", "1",
        "007", "2147483647", "2147483648",
        "-2147483648", "99999999999999999999", "1.5", "1e9", "0x10", "NaN", "null", "true", "{name}", "$filter", "con", "nul.txt",
        "a;b=c", "a,b", "a+b", "a:b", "a|b",
        "unknown", "00000000000000000000000000000000", "0000000000000000ffffffffffffffff", new string('a', 129), new string('a', 300),
        new string('9', 40), new string('A', 3_000),
        string.Concat(Enumerable.Repeat("a/", 400)), string.Concat(Enumerable.Repeat("../", 50)),
        string.Concat(Enumerable.Repeat("%F0%9F%A6%84", 200)),
    ];

    public static IReadOnlyList<string> Queries { get; } =
    [
        "limit=-1", "limit=0", "limit=1001", "limit=abc", "limit=", "limit=1.5", "limit=+1", "limit=99999999999999999999",
        "limit=1&limit=2", "limit=%00", "limit=%ff", "limit=1e2",
        "continuation=", "continuation=garbage", "continuation=AAAA", "continuation=%00", "continuation=%ff%fe", "continuation=..%2f..",
        "continuation=" + new string('x', 2_048),
        "continuation=" + new string('x', 3_000), "continuation=ZGVmYXVsdDptb2RlbHMKZnJ1aXQ",
        "continuation=ZGVmYXVsdDpydW5zOjAwMDAwMDAxCng", "continuation=1&continuation=2",
        "continuation=%F0%9F%A6%84", "continuation=default.training.", "continuation=other.training.x", "continuation=%27%20or%201%3D1",
        "limit=1&continuation=%0a",
        "asOf=", "asOf=yesterday", "asOf=2026-13-45", "asOf=9999-12-31T23:59:59.9999999-14:00", "asOf=0001-01-01T00:00:00%2B14:00",
        "asOf=1e300", "asOf=0001-01-01", "asOf=9999-12-31T23:59:59Z",
        "name=", "name=%00", "name=" + new string('n', 3_000), "name=a&name=b", "name=%ff", "experimentId=", "experimentId=-1",
        "experimentId=99999999999999", "experimentId=1&experimentId=1",
        "experimentId=%F0%9F%A6%84", "experimentId=00", "path=..%2f..", "path=%00", "path=", "path=a%5cb", "path=a//b", "path=/",
        "path=" + new string('p', 2_000), "path=a&path=b", "=", "&&&=&", "%", "%%%=%%%",
        "unknown=1", "[]=1", string.Concat(Enumerable.Repeat("a=b&", 500)),
    ];

    public static IReadOnlyList<(string Name, string Value)> Headers { get; } =
    [
        ("If-Match", "unquoted"), ("If-Match", "W/\"1\""), ("If-Match", "\"a\", \"b\""), ("If-Match", "\"\""), ("If-Match", "\""),
        ("If-Match", "\"never\""),
        ("If-Match", "\"0\""), ("If-Match", "\"-1\""), ("If-Match", "\"9223372036854775808\""),
        ("If-Match", "\"" + new string('e', 6_000) + "\""), ("If-Match", ","), ("If-Match", "\"a\"b"),
        ("Idempotency-Key", new string('k', 201)), ("Idempotency-Key", new string('k', 6_000)), ("Idempotency-Key", ""),
        ("Idempotency-Key", "\"' or 1=1"),
        ("If-None-Match", "unquoted"), ("If-None-Match", "\"" + new string('e', 6_000) + "\""), ("If-Modified-Since", "yesterday"),
        ("If-Range", "\"x\""),
        ("Range", "bytes=99999999999-"), ("Range", "bytes=-1,-2,-3"), ("Range", "lines=1-2"), ("Accept", "nonsense"),
        ("Accept", "image/png;q=9"), ("Accept-Encoding", "nonsense;q=-1"),
        ("traceparent", "garbage"), ("traceparent", "00-00000000000000000000000000000000-0000000000000000-00"),
        ("tracestate", new string('t', 2_000)), ("baggage", "=,;=,"),
        ("Cookie", new string('c', 4_000)), ("Authorization", "Basic !!!"), ("X-Forwarded-Host", "evil.example"),
        ("X-HTTP-Method-Override", "DELETE"), ("Expect", "the unexpected"), ("Content-Encoding", "gzip"),
    ];

    public static IReadOnlyList<string?> MediaTypes { get; } =
    [
        null, "", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "application/json; charset=utf-16", "garbage", "application/json;;;=",
        "application/", "/json", "application/octet-stream; charset=\"", "text/csv; charset=iso-8859-1", "text/csv; charset=",
        "application/problem+json",
    ];

    public static IReadOnlyList<string> Methods { get; } =
        ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "NONSENSE"];

    /// <summary>What stands in the place of a value in a JSON document.</summary>
    public static IReadOnlyList<string> Values { get; } =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e400", "-1e400", "2147483648", "99999999999999999999999999", "1e-400", "NaN",
        "Infinity", "\"NaN\"", "\"-Infinity\"", "\"\"", "\" \"", "\"x\"",
        "\"1\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\x41\"", "\"a\nb\"", "\"../../etc/passwd\"", "\"' or 1=1 --\"",
        "\"\ud83e\udd84\"", "\"latest\"", "\"v1\"", "[]", "{}", "[null]", "[[]]", "[1,2,3]",
        "[\"a\",\"a\"]", "{\"a\":null}", "{\"\":\"\"}", "{\"a\":{\"a\":{\"a\":{}}}}", "[{}]", "\"0001-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59.9999999-14:00\"", "\"1969-12-31T23:59:59Z\"", "\"2026-02-30T00:00:00Z\"",
        "\"" + new string('x', 300) + "\"", "\"" + new string('x', 30_000) + "\"",
        "[" + string.Join(',', Enumerable.Repeat("null", 2_000)) + "]", Nested(31), Nested(33), Nested(20_000), "01", "+1", ".5", "'x'",
        "undefined", "",
    ];

    /// <summary>Whole bodies.</summary>
    public static IReadOnlyList<byte[]> Bodies { get; } =
    [
        .. new[]
        {
            "", " ", "\0", "null", "true", "42", "\"text\"", "[]", "[[]]", "{", "}", "{}", "{}{}", "{} x", "[", "]", "{\"", "{\"a",
            "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{\"a\":1 \"b\":2}",
            "// comment\n{}", "{/**/}", "<xml/>", "a=b&c=d", "---\nyaml: 1", "\uFEFF{}", "{\"\\ud800\":1}", "{\"__proto__\":{}}",
            "{\"$type\":\"System.Object\"}", "{\"$ref\":\"1\"}", Nested(64), Nested(100_000), new string('{', 5_000),
            new string(' ', 100_000), "{\"a\":\"" + new string('x', 200_000) + "\"}", "a,b\n1", "a,a\n1,2\n", "\"a\n1",
            "a,b\n\"x\"y,1\n", "a\n", "\n\n\n", ",,,\n,,,\n",
        }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0xFF], [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00], [0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D],
        [0x7B, 0x22, 0x61, 0x22, 0x3A, 0x22, 0xE2, 0x82], [0xEF, 0xBB, 0xBF], [0x1F, 0x8B, 0x08, 0x00], [0xF0, 0x9F, 0xA6],
        [0xED, 0xA0, 0x80], [0x00, 0x00, 0x00, 0x7B],
    ];

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}
