using System.Runtime.InteropServices;
using System.Text.Json;
using Cadre.Simulator;

namespace Cadre.Server.Tests.ChatCompletions;

public sealed class An_embedding
{
    [Theory]
    [InlineData(EmbeddingSupport.Whole)]
    [InlineData(EmbeddingSupport.IgnoresBase64)]
    [InlineData(EmbeddingSupport.RefusesBase64)]
    public async Task Is_given_as_base64_whatever_the_endpoint_can(EmbeddingSupport support)
    {
        await using var server = await TestServer.StartAsync(null, null, new() { Embeddings = support });
        var (status, plain) = await server.PostAsync("embeddings", """{"model":"m","input":["Grüße","b"],"dimensions":8}""");
        Assert.Equal(200, status);
        (status, var packed) = await server.PostAsync("embeddings", """{"encoding_format":"base64","model":"m","input":["Grüße","b"],"dimensions":8}""");
        Assert.Equal(200, status);
        for (var i = 0; i < 2; i++)
        {
            var numbers = plain.GetProperty("data")[i].GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle());
            var bytes = packed.GetProperty("data")[i].GetProperty("embedding").GetBytesFromBase64();
            Assert.Equal(numbers, MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        }

        Assert.Equal(Usage(plain), Usage(packed));
    }

    [Fact]
    public async Task Is_refused_as_the_endpoint_refuses_it()
    {
        await using var server = await TestServer.StartAsync();
        var (status, body) = await server.PostAsync("embeddings", """{"model":"m","encoding_format":"base64"}""");
        Assert.Equal(400, status);
        Assert.Contains("input", body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static string Usage(JsonElement answer) => answer.GetProperty("usage").GetRawText();
}
