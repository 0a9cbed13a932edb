using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cadre.Simulator.Tests.Wires;

public sealed class Other_endpoints
{
    [Fact]
    public async Task list_and_show_models()
    {
        await using var playing = await Playing.StartAsync(options: new() { Models = ["small", "large"] });

        var list = await GetAsync(playing, "/models");
        var one = await GetAsync(playing, "/models/large");

        PublicSchema.Check("ListModelsResponse", list);
        PublicSchema.Check("Model", one);
        Assert.Equal(["small", "large"], list.GetProperty("data").EnumerateArray().Select(static model => model.GetProperty("id").GetString()));
        Assert.Equal("model_not_found", (await GetAsync(playing, "/models/none", 404)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("unknown_url", (await GetAsync(playing, "/threads", 404)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("method_not_supported", (await GetAsync(playing, "/responses", 405)).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task embed_equal_texts_equally_and_similar_texts_closely()
    {
        await using var playing = await Playing.StartAsync();
        var body = new JsonObject { ["model"] = "e", ["dimensions"] = 256, ["input"] = new JsonArray("the red fox runs", "The red fox runs!", "a red fox sleeps", "quarterly tax report") };

        var answer = await playing.PostAsync("/embeddings", body);

        PublicSchema.Check("CreateEmbeddingResponse", answer);
        var vectors = answer.GetProperty("data").EnumerateArray().Select(static one => one.GetProperty("embedding").EnumerateArray().Select(static number => number.GetSingle()).ToArray()).ToList();
        Assert.All(vectors, static vector => Assert.Equal(256, vector.Length));
        Assert.All(vectors, static vector => Assert.Equal(1, Dot(vector, vector), 3));
        Assert.Equal(vectors[0], vectors[1]);
        Assert.True(Dot(vectors[0], vectors[2]) > Dot(vectors[0], vectors[3]) + 0.2);
    }

    [Fact]
    public async Task embed_in_base64_what_they_embed_in_numbers()
    {
        await using var playing = await Playing.StartAsync();

        var numbers = await playing.PostAsync("/embeddings", new JsonObject { ["model"] = "e", ["input"] = "fox", ["encoding_format"] = "float" });
        var base64 = await playing.PostAsync("/embeddings", new JsonObject { ["model"] = "e", ["input"] = new JsonArray("fox"), ["encoding_format"] = "base64" });

        var bytes = base64.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal(1536 * 4, bytes.Length);
        Assert.Equal(
            numbers.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(static number => number.GetSingle()),
            Enumerable.Range(0, 1536).Select(i => BitConverter.ToSingle(bytes, i * 4)));
    }

    [Theory]
    [InlineData("""{"model":"e"}""")]
    [InlineData("""{"model":"e","input":[]}""")]
    [InlineData("""{"model":"e","input":[{}]}""")]
    [InlineData("""{"model":"e","input":"x","encoding_format":"roman"}""")]
    [InlineData("""{"model":"e","input":"x","dimensions":100000}""")]
    public async Task refuse_embeddings_that_cannot_be_made(string body)
    {
        await using var playing = await Playing.StartAsync();

        PublicSchema.Check("ErrorResponse", await playing.PostAsync("/embeddings", JsonNode.Parse(body)!, status: 400));
    }

    private static double Dot(float[] one, float[] other) => one.Zip(other, static (a, b) => (double)a * b).Sum();

    private static async Task<JsonElement> GetAsync(Playing playing, string path, int status = 200)
    {
        using var response = await playing.Http.GetAsync(new Uri(playing.Server.BaseUrl + path), TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)response.StatusCode);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }
}
