namespace Mlops.LocalHost.Hosting;

public sealed class HostAddressesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:7071")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://localhost:8080/")]
    [InlineData("http://[::1]:7071")]
    [InlineData("http://127.0.0.2:1; http://LOCALHOST:2")]
    public void Loopback_addresses_are_allowed(string urls) => Assert.Null(HostAddresses.Refusal(urls));

    [Theory]
    [InlineData("http://0.0.0.0:7071")]
    [InlineData("http://*:7071")]
    [InlineData("http://+:7071")]
    [InlineData("http://[::]:7071")]
    [InlineData("http://192.168.1.4")]
    [InlineData("http://example.com:7071")]
    [InlineData("http://localhost.example.com")]
    [InlineData("http://127.0.0.1:1;http://0.0.0.0:2")]
    [InlineData("https://127.0.0.1:7071")]
    [InlineData("http://unix:/tmp/socket")]
    [InlineData("127.0.0.1:7071")]
    [InlineData("http://user@0.0.0.0:1")]
    [InlineData(";")]
    public void Any_other_address_is_refused(string urls) => Assert.NotNull(HostAddresses.Refusal(urls));
}
