using Cadre.Conformance.Tests.Server;
using OpenAI.Chat;
using OpenAI.Files;
using OpenAI.VectorStores;

namespace Cadre.Conformance.Tests.Sdk;

/// <summary>Files, vector stores, chat, embeddings and models in C#.</summary>
public sealed class The_rest_with_the_dotnet_sdk(ServerUnderTest server) : DotNetProgram(server)
{
    private const string Said = "Hello, conformance tests. All is well here.";

    [Fact]
    public async Task Keeps_files()
    {
        var files = Client.GetOpenAIFileClient();
        OpenAIFile file = await files.UploadFileAsync(BinaryData.FromString("Apples."), "apples.txt", FileUploadPurpose.Assistants);
        Assert.Equal(("apples.txt", 7), (file.Filename, file.SizeInBytes));
        Assert.Equal("Apples.", (await files.DownloadFileAsync(file.Id)).Value.ToString());
        Assert.Contains((await files.GetFilesAsync(FilePurpose.Assistants)).Value, item => item.Id == file.Id);
        Assert.True((await files.DeleteFileAsync(file.Id)).Value.Deleted);
        await FailsAsync(404, async () => await files.GetFileAsync(file.Id));
    }

    [Fact]
    public async Task Indexes_files_in_vector_stores()
    {
        var (files, stores) = (Client.GetOpenAIFileClient(), Client.GetVectorStoreClient());
        OpenAIFile one = await files.UploadFileAsync(BinaryData.FromString("Apples."), "apples.txt", FileUploadPurpose.Assistants);
        OpenAIFile two = await files.UploadFileAsync(BinaryData.FromString("Pears."), "pears.txt", FileUploadPurpose.Assistants);
        VectorStore store = await stores.CreateVectorStoreAsync(new VectorStoreCreationOptions { Name = "Orchard", Metadata = { ["a"] = "b" } });
        await stores.AddFileToVectorStoreAsync(store.Id, one.Id);
        var added = await UntilAsync(async () => (await stores.GetVectorStoreFileAsync(store.Id, one.Id)).Value, file => file.Status != VectorStoreFileStatus.InProgress);
        Assert.Equal(VectorStoreFileStatus.Completed, added.Status);
        VectorStoreFileBatch batch = await stores.AddFileBatchToVectorStoreAsync(store.Id, [two.Id]);
        batch = await UntilAsync(async () => (await stores.GetVectorStoreFileBatchAsync(store.Id, batch.BatchId)).Value, found => found.Status != VectorStoreFileBatchStatus.InProgress);
        Assert.Equal((1, 1), (batch.FileCounts.Completed, batch.FileCounts.Total));
        Assert.Equal(new HashSet<string> { one.Id, two.Id }, (await ListAsync(stores.GetVectorStoreFilesAsync(store.Id))).Select(file => file.FileId).ToHashSet());
        await stores.RemoveFileFromVectorStoreAsync(store.Id, one.Id);
        Assert.Equal("Orchard", (await stores.GetVectorStoreAsync(store.Id)).Value.Name);
        Assert.True((await stores.DeleteVectorStoreAsync(store.Id)).Value.Deleted);
        await FailsAsync(404, async () => await stores.GetVectorStoreAsync(store.Id));
    }

    [Fact]
    public async Task Completes_chats()
    {
        var chat = Client.GetChatClient("gpt-4o");
        ChatCompletion completion = await chat.CompleteChatAsync([new UserChatMessage("Say hello to the conformance tests.")]);
        Assert.Equal(Said, completion.Content[0].Text);
        var text = "";
        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("Say hello to the conformance tests.")])) text += string.Concat(update.ContentUpdate.Select(part => part.Text));
        Assert.Equal(Said, text);
        var tool = ChatTool.CreateFunctionTool("get_weather", null, BinaryData.FromString("""{"type":"object","properties":{"location":{"type":"string"}}}"""));
        ChatCompletion asked = await chat.CompleteChatAsync([new UserChatMessage("What's the weather in Paris?")], new ChatCompletionOptions { Tools = { tool } });
        Assert.Equal(ChatFinishReason.ToolCalls, asked.FinishReason);
        ChatCompletion told = await chat.CompleteChatAsync([new UserChatMessage("What's the weather in Paris?"), new AssistantChatMessage(asked), new ToolChatMessage(asked.ToolCalls[0].Id, "14 degrees")]);
        Assert.Equal("In Paris it is 14 degrees.", told.Content[0].Text);
    }

    [Fact]
    public async Task Embeds_texts()
    {
        var embedded = (await Client.GetEmbeddingClient("text-embedding-3-small").GenerateEmbeddingsAsync(["apples", "apples", "ships"])).Value;
        Assert.Equal(3, embedded.Count);
        Assert.True(embedded[0].ToFloats().Span.SequenceEqual(embedded[1].ToFloats().Span));
        Assert.False(embedded[0].ToFloats().Span.SequenceEqual(embedded[2].ToFloats().Span));
    }

    [Fact]
    public async Task Names_models()
    {
        var models = (await Client.GetOpenAIModelClient().GetModelsAsync()).Value;
        Assert.NotEmpty(models);
        Assert.Equal(models[0].Id, (await Client.GetOpenAIModelClient().GetModelAsync(models[0].Id)).Value.Id);
    }
}
