using Cadre.Server.Files;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Assistants.Import;

/// <summary>Takes in the lines of an export: a line that is there already is left as it is, a line that is wrong changes nothing.</summary>
internal sealed class Importer(ServerContext context, Caller caller, CancellationToken cancellationToken)
{
    /// <summary>Documents created in one transaction.</summary>
    private const int Batch = 500;

    private readonly List<(ImportLine Line, Document Document)> _pending = [];
    private readonly HashSet<(string Kind, string Id)> _known = [];

    public ImportReport Report { get; } = new();

    public async ValueTask AddAsync(ImportLine line)
    {
        try
        {
            var (kind, id) = (line.Kind, line.Id);
            if (await ExistsAsync(kind, id))
            {
                Report.Unchanged++;
                return;
            }

            var document = line.Type == ImportLine.File ? await FileAsync(line) : line.Document(caller.Owner);
            if (line.Type == ImportLine.Message && !await ExistsAsync(ThreadStore.ThreadKind, line.ThreadId)) throw AssistantIds.NoThread(AssistantIds.Thread + line.ThreadId);
            _pending.Add((line, document));
            _known.Add((kind, id));
        }
        catch (ApiException wrong)
        {
            Report.Errors.Add((line.Number, wrong.Message));
        }

        if (_pending.Count >= Batch) await FlushAsync();
    }

    /// <summary>All at once; an id that another organisation has leaves its line out.</summary>
    public async ValueTask FlushAsync()
    {
        while (_pending.Count > 0)
        {
            Change[] changes = [.. _pending.Select(pending => new Change.Create(pending.Document))];
            if ((await context.Store.CommitAsync(changes, cancellationToken)).Refused is not { } refused) break;
            var line = _pending[refused].Line;
            Report.Errors.Add((line.Number, $"The id '{line.Body.Text("id")}' is taken."));
            _pending.RemoveAt(refused);
        }

        foreach (var (line, _) in _pending) Report.Count(line.Type);
        _pending.Clear();
    }

    private async ValueTask<bool> ExistsAsync(string kind, string id)
    {
        if (_known.Contains((kind, id))) return true;
        if (await context.Store.GetAsync(caller.Scope, kind, id, cancellationToken) is null) return false;
        _known.Add((kind, id));
        return true;
    }

    private async ValueTask<Document> FileAsync(ImportLine line)
    {
        byte[] content;
        try
        {
            content = Convert.FromBase64String(line.Body.RequiredText("content"));
        }
        catch (FormatException)
        {
            throw ApiException.BadRequest("Invalid 'content': it is not base64.", "content", "invalid_value");
        }

        var purpose = line.Body.Text("purpose", Fields.MetadataKeyLength) ?? "assistants";
        var (id, name, at) = (line.Id, line.Body.Text("filename", FileStore.MaxNameLength), line.CreatedAt);
        var blob = await context.Blobs.PutAsync(new MemoryStream(content), content.Length, cancellationToken);
        return FileStore.Document(context.Files.Describe(name, purpose, blob) with { Id = id, CreatedAt = at }, caller.Owner);
    }
}
