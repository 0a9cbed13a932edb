using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Models.Endpoints;

namespace Cadre.Models.Tests;

internal static class Asking
{
    public const string Model = "m";

    public static readonly ToolDefinition Weather = new(
        "weather", "Tells the weather.", JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""));

    public static readonly OutputSchema Sum = new(
        "sum", JsonElement.Parse("""{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"],"additionalProperties":false}"""));

    public static ModelRequest Hello(string text = "Hello", string model = Model) => new(model, null, [new Message.User(text)]);

    /// <summary>One attempt, generous timeouts, nothing on disk.</summary>
    public static EndpointOptions Options(Uri baseUrl, bool chat = false) =>
        new(new Endpoint(baseUrl) { Retries = RetryLimits.None }) { ForceChatCompletions = chat };

    public static ConnectedModel Connect(EndpointOptions options, TimeProvider? time = null) => new(options, time ?? TimeProvider.System);

    public static async Task<List<ModelChunk>> ChunksAsync(this IModel model, ModelRequest request)
    {
        var chunks = new List<ModelChunk>();
        await foreach (var chunk in model.StreamAsync(request, TestContext.Current.CancellationToken)) chunks.Add(chunk);
        Assert.Single(chunks, chunk => chunk is ModelChunk.Completed or ModelChunk.Failed);
        Assert.True(chunks[^1] is ModelChunk.Completed or ModelChunk.Failed);
        return chunks;
    }

    public static async Task<ModelReply> ReplyAsync(this IModel model, ModelRequest request)
    {
        var last = (await model.ChunksAsync(request))[^1];
        return last is ModelChunk.Completed completed ? completed.Reply : throw new InvalidOperationException(last.ToString());
    }

    public static async Task<ModelFailure> FailureAsync(this IModel model, ModelRequest request) =>
        Assert.IsType<ModelChunk.Failed>((await model.ChunksAsync(request))[^1]).Failure;

    /// <summary>Asks a server of these steps once.</summary>
    public static async Task<List<ModelChunk>> AskAsync(bool chat, ModelRequest request, params ScriptedServer.Step[] steps)
    {
        await using var server = new ScriptedServer(steps);
        using var model = Connect(Options(server.BaseUrl, chat));
        return await model.ChunksAsync(request);
    }

    public static ModelReply Completed(this List<ModelChunk> chunks) =>
        chunks[^1] is ModelChunk.Completed completed ? completed.Reply : throw new InvalidOperationException(chunks[^1].ToString());

    public static ModelFailure Failed(this List<ModelChunk> chunks) => Assert.IsType<ModelChunk.Failed>(chunks[^1]).Failure;

    public static string Shown(this List<ModelChunk> chunks) => string.Concat(chunks.OfType<ModelChunk.Text>().Select(text => text.Delta));

    /// <summary>Both as values, so that order and spaces do not count.</summary>
    public static void AssertJson(string expected, JsonElement actual) =>
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), actual), $"Expected: {expected}\nActual:   {actual.GetRawText()}");
}
