using System.Buffers;
using System.Text.Json;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Upstreams;
using Cadre.Storage.Documents;
using Cadre.Wire.ChatCompletions;

namespace Cadre.Server.ChatCompletions;

/// <summary>Completions that were asked for with <c>store: true</c>. Found by the id that their caller was given.</summary>
internal sealed class StoredChats(IStore store, TimeProvider time)
{
    public const string Kind = "chat_completion";

    /// <summary>Of an answer's id, which the endpoint chose.</summary>
    private const int MaxIdLength = 200;

    /// <summary>Keeps what the endpoint answers to this request. Refuses what could not be kept before the endpoint is asked.</summary>
    public IWitness Witness(Caller caller, in ReadOnlySequence<byte> request)
    {
        var body = RequestBody.Parse(request.IsSingleSegment ? request.First : request.ToArray());
        _ = body.Metadata();
        return new ChatWitness((completion, cancellationToken) => KeepAsync(caller, completion, body.Raw, cancellationToken));
    }

    public ValueTask KeepAsync(Caller caller, ChatCompletion completion, JsonElement request, CancellationToken cancellationToken) =>
        KeepAsync(caller, JsonSerializer.SerializeToElement(completion, ChatAnswersJson.Default.ChatCompletion), request, cancellationToken);

    public async ValueTask<StoredChat?> FindAsync(Scope scope, string id, CancellationToken cancellationToken) =>
        await store.FindAsync(scope, Kind, id, cancellationToken) is { } document ? StoredChat.Read(document) : null;

    /// <summary>Null when the cursor names nothing.</summary>
    public async ValueTask<DocumentPage?> ListAsync(Scope scope, ListQuery query, IReadOnlyDictionary<string, string> where, CancellationToken cancellationToken)
    {
        string? after = null;
        if (query.After is { } id)
        {
            after = (await store.FindAsync(scope, Kind, id, cancellationToken))?.Id;
            if (after is null) return null;
        }

        return await store.ListAsync(scope, new(Kind) { Limit = query.Limit, Descending = query.Descending, After = after, Where = where }, cancellationToken);
    }

    /// <summary>Null when there is none.</summary>
    public async ValueTask<StoredChat?> ChangeAsync(Scope scope, string id, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(scope, Kind, id, cancellationToken) is not { } document) return null;
        var changed = StoredChat.Read(document) with { Metadata = metadata };
        var committed = await store.CommitAsync([new Change.Replace(document with { Body = changed.ToBody() })], cancellationToken);
        return committed.Won ? changed : null;
    }

    public async ValueTask DeleteAsync(Scope scope, StoredChat chat, CancellationToken cancellationToken) =>
        await store.CommitAsync([new Change.Delete(scope, Kind, chat.Document)], cancellationToken);

    private async ValueTask KeepAsync(Caller caller, JsonElement completion, JsonElement request, CancellationToken cancellationToken)
    {
        if (!completion.TryGetProperty("id", out var member) || member.GetString() is not { Length: > 0 and <= MaxIdLength } id) return;
        var messages = request.TryGetProperty("messages", out var given) && given.ValueKind == JsonValueKind.Array ? given : JsonElement.Parse("[]"u8);
        var chat = new StoredChat(Ids.New(), id, completion, messages, new Fields(request).Metadata() ?? new Dictionary<string, string>());

        // An endpoint that gives an id twice has its first answer kept.
        await store.CommitAsync([new Change.Create(new(Kind, chat.Document, caller.Owner, chat.ToBody()) { Key = id, CreatedAt = time.GetUtcNow() })], cancellationToken);
    }
}
