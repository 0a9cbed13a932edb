using Cadre.Conformance.Tests.Server;
using OpenAI.Conversations;
using OpenAI.Responses;

namespace Cadre.Conformance.Tests.Sdk;

/// <summary>Responses and conversations in C#.</summary>
public sealed class Responses_with_the_dotnet_sdk(ServerUnderTest server) : DotNetProgram(server)
{
    private const string Hello = "Say hello to the conformance tests.";
    private const string Said = "Hello, conformance tests. All is well here.";

    private ResponsesClient Responses => Client.GetResponsesClient();

    [Fact]
    public async Task Are_made_read_and_deleted()
    {
        ResponseResult made = await Responses.CreateResponseAsync("gpt-4o", Hello);
        Assert.Equal(Said, made.GetOutputText());
        Assert.Equal(ResponseStatus.Completed, made.Status);
        ResponseResult read = await Responses.GetResponseAsync(made.Id);
        Assert.Equal(Said, read.GetOutputText());
        var input = Assert.IsType<MessageResponseItem>(Assert.Single(await ListAsync(Responses.GetResponseInputItemsAsync(made.Id))), exactMatch: false);
        Assert.Equal(Hello, input.Content[0].Text);
        await Responses.DeleteResponseAsync(made.Id);
        await FailsAsync(404, async () => await Responses.GetResponseAsync(made.Id));
    }

    [Fact]
    public async Task Stream_in_order()
    {
        var text = "";
        var next = 0;
        ResponseResult? whole = null;
        await foreach (var update in await Responses.CreateResponseStreamingAsync("gpt-4o", Hello))
        {
            Assert.Equal(next++, update.SequenceNumber);
            if (update is StreamingResponseOutputTextDeltaUpdate delta) text += delta.Delta;
            if (update is StreamingResponseCompletedUpdate completed) whole = completed.Response;
        }

        Assert.Equal(Said, text);
        Assert.Equal(Said, whole?.GetOutputText());
    }

    [Fact]
    public async Task Call_functions()
    {
        var tool = ResponseTool.CreateFunctionTool("get_weather", BinaryData.FromString("""{"type":"object","properties":{"location":{"type":"string"}},"required":["location"],"additionalProperties":false}"""), true);
        ResponseResult asked = await Responses.CreateResponseAsync(new CreateResponseOptions("gpt-4o", [ResponseItem.CreateUserMessageItem("What's the weather in Paris today?")]) { Tools = { tool } });
        var call = Assert.Single(asked.OutputItems.OfType<FunctionCallResponseItem>());
        Assert.Equal("get_weather", call.FunctionName);
        ResponseResult told = await Responses.CreateResponseAsync(
            new CreateResponseOptions("gpt-4o", [ResponseItem.CreateFunctionCallOutputItem(call.CallId, "14 degrees")]) { Tools = { tool }, PreviousResponseId = asked.Id });
        Assert.Equal("In Paris it is 14 degrees.", told.GetOutputText());
    }

    [Fact]
    public async Task Compute_with_the_code_interpreter()
    {
        var tool = ResponseTool.CreateCodeInterpreterTool(new(CodeInterpreterToolContainerConfiguration.CreateAutomaticContainerConfiguration()));
        ResponseResult response = await Responses.CreateResponseAsync(new CreateResponseOptions("gpt-4o", [ResponseItem.CreateUserMessageItem("I need to solve the equation `3x + 11 = 14`. Compute it.")]) { Tools = { tool } });
        Assert.Contains("print(", Assert.Single(response.OutputItems.OfType<CodeInterpreterCallResponseItem>()).Code, StringComparison.Ordinal);
        Assert.Contains("x = 1.0", response.GetOutputText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_in_the_background_and_are_cancelled()
    {
        ResponseResult running = await Responses.CreateResponseAsync(new CreateResponseOptions("gpt-4o", [ResponseItem.CreateUserMessageItem("Answer slowly.")]) { BackgroundModeEnabled = true });
        await Responses.CancelResponseAsync(running.Id);
        var ended = await UntilAsync(async () => (await Responses.GetResponseAsync(running.Id)).Value, found => found.Status is not (ResponseStatus.Queued or ResponseStatus.InProgress));
        Assert.Equal(ResponseStatus.Cancelled, ended.Status);
    }

    [Fact]
    public async Task Go_on_in_a_conversation()
    {
        var conversations = Client.GetConversationClient();
        ConversationResource conversation = await conversations.CreateConversationAsync(new ConversationCreationOptions { Items = { ResponseItem.CreateUserMessageItem("My name is Ada.") }, Metadata = { ["a"] = "b" } });
        ResponseResult response = await Responses.CreateResponseAsync(new CreateResponseOptions("gpt-4o", [ResponseItem.CreateUserMessageItem("What is my name?")]) { ConversationOptions = new(conversation.Id) });
        Assert.Equal("You told me: Ada.", response.GetOutputText());
        Assert.Equal(conversation.Id, response.ConversationOptions.ConversationId);
        Assert.NotEmpty(await ListAsync(conversations.GetConversationItemsAsync(conversation.Id).GetRawPagesAsync()));
        Assert.Equal("b", (await conversations.GetConversationAsync(conversation.Id, CancellationToken.None)).Value.Metadata["a"]);
        await conversations.DeleteConversationAsync(conversation.Id, CancellationToken.None);
        await FailsAsync(404, async () => await conversations.GetConversationAsync(conversation.Id, CancellationToken.None));
    }
}
