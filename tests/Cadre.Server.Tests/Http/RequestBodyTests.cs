using System.Text;
using Cadre.Server.Http;

namespace Cadre.Server.Tests.Http;

public sealed class A_request_body
{
    [Theory]
    [InlineData("""{"a":"\ud83d\ude00"}""")]
    [InlineData("""{"a":"\\ud83d"}""")]
    [InlineData("""{"\u0041":"x\n\"\u00e9"}""")]
    [InlineData("")]
    public void Is_read(string json) => Assert.Equal(System.Text.Json.JsonValueKind.Object, RequestBody.Parse(Encoding.UTF8.GetBytes(json)).Raw.ValueKind);

    [Theory]
    [InlineData("""{"a":"\ud83d"}""")]
    [InlineData("""{"\udc00":1}""")]
    [InlineData("""{"a":"\ud83dx\ude00"}""")]
    [InlineData("""{"a":"\n\ud83d\n"}""")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":}""")]
    [InlineData("[]")]
    [InlineData("{} {}")]
    public void Is_refused(string json) => Assert.Equal(400, Assert.Throws<ApiException>(() => RequestBody.Parse(Encoding.UTF8.GetBytes(json))).Status);

    [Fact]
    public void Is_refused_when_it_is_no_UTF8_or_too_deep()
    {
        Assert.Equal(400, Assert.Throws<ApiException>(() => RequestBody.Parse(new byte[] { (byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}' })).Status);
        Assert.Equal(400, Assert.Throws<ApiException>(() => RequestBody.Parse(Encoding.UTF8.GetBytes($$"""{"a":{{new string('[', 100)}}{{new string(']', 100)}}}"""))).Status);
    }
}
