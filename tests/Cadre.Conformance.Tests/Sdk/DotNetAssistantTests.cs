using Cadre.Conformance.Tests.Server;
using OpenAI.Assistants;
using OpenAI.Files;

namespace Cadre.Conformance.Tests.Sdk;

/// <summary>Assistants of 2024 in C#.</summary>
public sealed class Assistants_with_the_dotnet_sdk(ServerUnderTest server) : DotNetProgram(server)
{
    private const string Hello = "Say hello to the conformance tests.";
    private const string Said = "Hello, conformance tests. All is well here.";

    private AssistantClient Assistants => Client.GetAssistantClient();

    [Fact]
    public async Task Are_made_read_changed_and_deleted()
    {
        Assistant made = await Assistants.CreateAssistantAsync("gpt-4-turbo", new() { Name = "Tutor", Instructions = "Help.", Tools = { ToolDefinition.CreateCodeInterpreter() }, Metadata = { ["a"] = "b" }, Temperature = 0.5f });
        Assert.StartsWith("asst_", made.Id, StringComparison.Ordinal);
        Assert.Equal("gpt-4-turbo", made.Model);
        Assert.IsType<CodeInterpreterToolDefinition>(Assert.Single(made.Tools));
        Assistant changed = await Assistants.ModifyAssistantAsync(made.Id, new AssistantModificationOptions { Name = "Other" });
        Assert.Equal(("Other", "Help."), (changed.Name, changed.Instructions));
        Assert.Contains(await ListAsync(Assistants.GetAssistantsAsync(new AssistantCollectionOptions { PageSizeLimit = 2 })), assistant => assistant.Id == made.Id);
        Assert.True((await Assistants.DeleteAssistantAsync(made.Id)).Value.Deleted);
        Assert.Contains("No assistant found", (await FailsAsync(404, async () => await Assistants.GetAssistantAsync(made.Id))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_in_a_run_that_is_polled()
    {
        Assistant assistant = await Assistants.CreateAssistantAsync("gpt-4o");
        AssistantThread thread = await Assistants.CreateThreadAsync(new ThreadCreationOptions { InitialMessages = { new(MessageRole.User, [Hello]) } });
        ThreadRun run = await Assistants.CreateRunAsync(thread.Id, assistant.Id);
        run = await EndedAsync(run);
        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.True(run.Usage.TotalTokenCount > 0);
        var messages = await ListAsync(Assistants.GetMessagesAsync(thread.Id, new MessageCollectionOptions { Order = MessageCollectionOrder.Ascending }));
        Assert.Equal([(MessageRole.User, Hello), (MessageRole.Assistant, Said)], messages.Select(message => (message.Role, message.Content[0].Text)));
        Assert.Equal(run.Id, messages[1].RunId);
    }

    [Fact]
    public async Task Ask_for_functions_and_use_their_outputs()
    {
        Assistant assistant = await Assistants.CreateAssistantAsync("gpt-4o", new() { Tools = { Function("getCurrentTemperature"), Function("getRainProbability") } });
        ThreadRun run = await Assistants.CreateThreadAndRunAsync(assistant.Id, new() { InitialMessages = { new(MessageRole.User, ["What's the weather in San Francisco today?"]) } });
        run = await EndedAsync(run);
        Assert.Equal(RunStatus.RequiresAction, run.Status);
        Assert.Equal(["getCurrentTemperature", "getRainProbability"], run.RequiredActions.Select(action => action.FunctionName));
        run = await Assistants.SubmitToolOutputsToRunAsync(run.ThreadId, run.Id, [new(run.RequiredActions[0].ToolCallId, "57"), new(run.RequiredActions[1].ToolCallId, "0.06")]);
        run = await EndedAsync(run);
        Assert.Equal(RunStatus.Completed, run.Status);
        var steps = await ListAsync(Assistants.GetRunStepsAsync(run.ThreadId, run.Id, new RunStepCollectionOptions { Order = RunStepCollectionOrder.Ascending }));
        Assert.Equal(["57", "0.06"], steps[0].Details.ToolCalls.Select(call => call.FunctionOutput));
        var answer = (await ListAsync(Assistants.GetMessagesAsync(run.ThreadId)))[0];
        Assert.Equal("It is 57 degrees in San Francisco, with a 0.06 chance of rain.", answer.Content[0].Text);
    }

    [Fact]
    public async Task Stream_and_go_on_after_functions()
    {
        Assistant assistant = await Assistants.CreateAssistantAsync("gpt-4o", new() { Tools = { Function("getCurrentTemperature"), Function("getRainProbability") } });
        AssistantThread thread = await Assistants.CreateThreadAsync(new ThreadCreationOptions { InitialMessages = { new(MessageRole.User, ["What's the weather in San Francisco today?"]) } });
        var updates = await ListAsync(await Assistants.CreateRunStreamingAsync(thread.Id, assistant.Id));
        var wanted = updates.OfType<RequiredActionUpdate>().ToList();
        Assert.Equal(2, wanted.Count);
        Assert.Equal(StreamingUpdateReason.RunCreated, updates[0].UpdateKind);
        var run = wanted[0].GetThreadRun();
        var outputs = wanted.Select(action => new ToolOutput(action.ToolCallId, action.FunctionName == "getRainProbability" ? "0.06" : "57"));
        updates = await ListAsync(await Assistants.SubmitToolOutputsToRunStreamingAsync(run.ThreadId, run.Id, outputs));
        Assert.Equal("It is 57 degrees in San Francisco, with a 0.06 chance of rain.", string.Concat(updates.OfType<MessageContentUpdate>().Select(update => update.Text)));
        Assert.Contains(updates, update => update.UpdateKind == StreamingUpdateReason.RunCompleted);
        Assert.DoesNotContain(updates, update => update.UpdateKind == StreamingUpdateReason.Unknown);
    }

    [Fact]
    public async Task Compute_with_the_code_interpreter()
    {
        Assistant assistant = await Assistants.CreateAssistantAsync("gpt-4o", new() { Tools = { ToolDefinition.CreateCodeInterpreter() } });
        ThreadRun run = await Assistants.CreateThreadAndRunAsync(assistant.Id, new() { InitialMessages = { new(MessageRole.User, ["I need to solve the equation `3x + 11 = 14`. Compute it."]) } });
        run = await EndedAsync(run);
        Assert.Equal(RunStatus.Completed, run.Status);
        var steps = await ListAsync(Assistants.GetRunStepsAsync(run.ThreadId, run.Id, new RunStepCollectionOptions { Order = RunStepCollectionOrder.Ascending }));
        var call = Assert.Single(steps[0].Details.ToolCalls);
        Assert.Contains("print(", call.CodeInterpreterInput, StringComparison.Ordinal);
        Assert.Contains("x = 1.0", call.CodeInterpreterOutputs[0].Logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cite_the_files_that_they_searched()
    {
        OpenAIFile file = await Client.GetOpenAIFileClient().UploadFileAsync(BinaryData.FromString("The Orchard Company sold 4,711 crates of quinces in 2023.\n"), "orchard-10k.txt", FileUploadPurpose.Assistants);
        Assistant assistant = await Assistants.CreateAssistantAsync("gpt-4o", new()
        {
            Tools = { ToolDefinition.CreateFileSearch() }, ToolResources = new() { FileSearch = new() { NewVectorStores = { new([file.Id]) } } },
        });
        var store = Assert.Single(assistant.ToolResources.FileSearch.VectorStoreIds);
        await UntilAsync(async () => (await Client.GetVectorStoreClient().GetVectorStoreAsync(store)).Value, found => found.FileCounts.InProgress == 0);
        ThreadRun run = await Assistants.CreateThreadAndRunAsync(assistant.Id, new() { InitialMessages = { new(MessageRole.User, ["Search the files: how many crates of quinces were sold?"]) } });
        run = await EndedAsync(run);
        Assert.Equal(RunStatus.Completed, run.Status);
        var answer = (await ListAsync(Assistants.GetMessagesAsync(run.ThreadId)))[0].Content[0];
        Assert.Contains("4,711", answer.Text, StringComparison.Ordinal);
        var citation = answer.TextAnnotations.First(annotation => annotation.InputFileId is not null);
        Assert.Equal(file.Id, citation.InputFileId);
        Assert.Equal(citation.TextToReplace, answer.Text[citation.StartIndex..citation.EndIndex]);
    }

    [Fact]
    public async Task Are_cancelled()
    {
        Assistant assistant = await Assistants.CreateAssistantAsync("gpt-4o", new() { Tools = { Function("getCurrentTemperature"), Function("getRainProbability") } });
        ThreadRun run = await Assistants.CreateThreadAndRunAsync(assistant.Id, new() { InitialMessages = { new(MessageRole.User, ["What's the weather in San Francisco today?"]) } });
        run = await EndedAsync(run);
        await Assistants.CancelRunAsync(run.ThreadId, run.Id);
        run = await UntilAsync(async () => (await Assistants.GetRunAsync(run.ThreadId, run.Id)).Value, found => found.Status.IsTerminal);
        Assert.Equal(RunStatus.Cancelled, run.Status);
    }

    [Fact]
    public async Task Refuse_a_stranger() => await FailsAsync(401, async () => await ClientOf("sk-wrong").GetAssistantClient().CreateThreadAsync());

    private static FunctionToolDefinition Function(string name) =>
        new(name) { Parameters = BinaryData.FromString("""{"type":"object","properties":{"location":{"type":"string"},"unit":{"type":"string"}},"required":["location"]}""") };

    private Task<ThreadRun> EndedAsync(ThreadRun run) =>
        UntilAsync(async () => (await Assistants.GetRunAsync(run.ThreadId, run.Id)).Value, found => found.Status.IsTerminal || found.Status == RunStatus.RequiresAction);
}
