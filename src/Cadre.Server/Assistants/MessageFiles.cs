using System.Text.Json;
using Cadre.Server.Files;
using Cadre.Server.Files.VectorStores;
using Cadre.Server.HostedTools;
using Cadre.Server.Hosting;
using Cadre.Server.Identity;
using Cadre.Server.Threads;

namespace Cadre.Server.Assistants;

/// <summary>Files of messages: they must be there, and become the thread's own for the tools that they were attached for.</summary>
internal sealed class MessageFiles(ServerContext context)
{
    /// <summary>A store that a thread gets for its attachments goes when it has not been used for so long.</summary>
    private const string NewStore = """{"expires_after":{"anchor":"last_active_at","days":7},"file_ids":[]}""";

    /// <summary>The thread's <c>tool_resources</c> with what the messages bring; null when they bring nothing.</summary>
    public async ValueTask<JsonElement?> ResourcesAsync(Caller caller, JsonElement? resources, IEnumerable<ThreadItem> messages, CancellationToken cancellationToken)
    {
        List<string> code = [];
        List<string> search = [];
        foreach (var said in messages.Select(message => message.Body).OfType<ItemBody.Said>())
        {
            foreach (var image in said.Parts.OfType<Part.Image>())
            {
                if (image.FileId is { } file) await RequireAsync(caller, file, cancellationToken);
            }

            foreach (var attachment in said.Attachments)
            {
                await RequireAsync(caller, attachment.FileId, cancellationToken);
                if (attachment.Tools.Contains(HostedToolSettings.CodeInterpreter)) code.Add(StoredFile.Prefix + attachment.FileId);
                if (attachment.Tools.Contains(HostedToolSettings.FileSearch)) search.Add(attachment.FileId);
            }
        }

        if (code.Count == 0 && search.Count == 0) return null;
        if (code.Count > 0) resources = ToolResources.With(resources, HostedToolSettings.CodeInterpreter, ToolResources.FileIds, code);
        if (search.Count > 0) resources = ToolResources.With(resources, HostedToolSettings.FileSearch, ToolResources.VectorStoreIds, [await IndexAsync(caller, resources, search, cancellationToken)]);
        return resources;
    }

    /// <summary>Puts the files into the thread's vector store, or a new one; its id.</summary>
    private async ValueTask<string> IndexAsync(Caller caller, JsonElement? resources, List<string> files, CancellationToken cancellationToken)
    {
        var present = ToolResources.Of(resources, HostedToolSettings.FileSearch, ToolResources.VectorStoreIds).Select(VectorStore.IdOf).FirstOrDefault();
        var store = present is null ? null : await context.VectorStores.Records.GetAsync(caller.Scope, present, cancellationToken);
        if (store is null || store.IsExpired(context.Time.GetUtcNow()))
            store = await VectorStoreRoutes.CreateAsync(context, caller.Owner, new(JsonValues.Parse(NewStore)), cancellationToken);
        var now = context.Time.GetUtcNow();
        var chunking = VectorStoreFields.ChunkingOrAuto(new(JsonValues.EmptyObject));
        var changes = new FileChanges(files, (file, old) => old ?? VectorStoreRoutes.Added(store, file, chunking, now)) { Store = current => current with { LastActiveAt = now } };
        await context.VectorStores.Records.ChangeAsync(caller.Scope, store.Id, changes, cancellationToken);
        context.VectorStores.Queue.Wake();
        return VectorStore.Prefix + store.Id;
    }

    private async ValueTask RequireAsync(Caller caller, string file, CancellationToken cancellationToken)
    {
        if (await context.Files.GetAsync(caller.Scope, file, cancellationToken) is null) throw VectorStoreFields.NoSuchFile(StoredFile.Prefix + file, "file_id");
    }
}
