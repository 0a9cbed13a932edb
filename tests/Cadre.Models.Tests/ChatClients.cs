using System.Runtime.CompilerServices;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Models.ChatClients;
using Microsoft.Extensions.AI;
using static Cadre.Models.Tests.Asking;

namespace Cadre.Models.Tests;

public sealed class ChatClients
{
    [Fact]
    public async Task A_stream_of_updates_is_a_reply()
    {
        var client = new Client(
            Update(new TextReasoningContent("hm") { ProtectedData = "sealed" }),
            Update(new TextContent("It is ")), Update(new TextContent("sunny.")),
            Update(new FunctionCallContent("c1", "weather", new Dictionary<string, object?> { ["city"] = JsonElement.Parse("\"Oslo\""), ["days"] = 2, ["exact"] = true })),
            Update(new UsageContent(new() { InputTokenCount = 10, OutputTokenCount = 4, CachedInputTokenCount = 3, ReasoningTokenCount = 1 })),
            new() { FinishReason = ChatFinishReason.ToolCalls, ModelId = "m-1", ResponseId = "r" });

        var chunks = await new ChatClientModel(client).ChunksAsync(Hello());

        var reply = chunks.Completed();
        Assert.Equal(("It is sunny.", StopReason.ToolCalls, "m-1", "r"), (reply.Text, reply.Stop, reply.Model, reply.ResponseId));
        Assert.Equal(new Usage(10, 4, 3, 1), reply.Usage);
        var call = Assert.Single(reply.Calls);
        AssertJson("""{"city":"Oslo","days":2,"exact":true}""", JsonElement.Parse(call.Arguments));
        Assert.Equal(("It is sunny.", "hm"), (chunks.Shown(), Assert.Single(chunks.OfType<ModelChunk.Reasoning>()).Delta));

        await new ChatClientModel(client).ReplyAsync(Hello() with { Messages = [new Message.Assistant(reply.Text, reply.Calls, reply.Raw), new Message.ToolOutput("c1", "sunny")] });
        var sent = client.Messages![0].Contents;
        Assert.Equal("sealed", Assert.IsType<TextReasoningContent>(sent[0]).ProtectedData);
        Assert.Equal("c1", Assert.IsType<FunctionCallContent>(sent[2]).CallId);
        Assert.Equal("sunny", Assert.IsType<FunctionResultContent>(client.Messages[1].Contents[0]).Result);
    }

    [Fact]
    public async Task The_request_arrives_with_tools_and_schema_and_limits()
    {
        var client = new Client(Update(new TextContent("```json\n{}\n```")));
        var reply = await new ChatClientModel(client).ReplyAsync(Hello() with
        {
            Instructions = "Be brief.",
            Tools = [Weather],
            ToolChoice = new(ToolChoiceMode.Named, "weather"),
            ParallelToolCalls = false,
            Output = Sum,
            MaxOutputTokens = 9,
            ReasoningEffort = "low",
        });

        Assert.Equal("{}", reply.Text);
        var options = client.Options!;
        Assert.Equal(("Be brief.", 9, false, Model), (options.Instructions, options.MaxOutputTokens, options.AllowMultipleToolCalls, options.ModelId));
        var tool = Assert.IsAssignableFrom<AIFunctionDeclaration>(Assert.Single(options.Tools!));
        AssertJson(Weather.Parameters.GetRawText(), tool.JsonSchema);
        Assert.Equal("weather", Assert.IsType<RequiredChatToolMode>(options.ToolMode).RequiredFunctionName);
        Assert.Equal("sum", Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat).SchemaName);
        Assert.InRange(reply.Usage.Input, 1, 10);
    }

    public static TheoryData<Exception, ModelFailureKind> Exceptions() => new()
    {
        { new HttpRequestException("slow down", null, System.Net.HttpStatusCode.TooManyRequests), ModelFailureKind.RateLimited },
        { new HttpRequestException("no"), ModelFailureKind.Unreachable },
        { new TimeoutException(), ModelFailureKind.TimedOut },
        { new TaskCanceledException(), ModelFailureKind.TimedOut },
        { new IOException("gone"), ModelFailureKind.Cut },
        { new JsonException(), ModelFailureKind.Malformed },
        { new InvalidOperationException("The prompt is too long"), ModelFailureKind.ContextTooLong },
        { new InvalidOperationException("whatever"), ModelFailureKind.Refused },
    };

    [Theory]
    [MemberData(nameof(Exceptions))]
    public async Task An_exception_is_a_typed_failure(Exception thrown, ModelFailureKind kind) =>
        Assert.Equal(kind, (await new ChatClientModel(new Client(Update(new TextContent("x"))) { Throws = thrown }).FailureAsync(Hello())).Kind);

    [Fact]
    public async Task An_error_among_the_contents_is_a_typed_failure()
    {
        var client = new Client(Update(new ErrorContent("slow down") { ErrorCode = "rate_limit_exceeded" }));
        Assert.Equal(ModelFailureKind.RateLimited, (await new ChatClientModel(client).FailureAsync(Hello())).Kind);
    }

    private static ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content]);

    /// <summary>A chat client of somebody else's.</summary>
    private sealed class Client(params ChatResponseUpdate[] updates) : IChatClient
    {
        public Exception? Throws { get; init; }

        public List<ChatMessage>? Messages { get; private set; }

        public ChatOptions? Options { get; private set; }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            (Messages, Options) = ([.. messages], options);
            foreach (var update in updates)
            {
                await Task.Yield();
                yield return update;
            }

            if (Throws is { } thrown) throw thrown;
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
