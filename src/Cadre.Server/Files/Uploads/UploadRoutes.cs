using System.Text.Json;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Files.Uploads;

/// <summary>/v1/uploads.</summary>
internal sealed class UploadRoutes(ServerContext context)
{
    /// <summary>As OpenAI limits a part.</summary>
    private const long MaxPartBytes = 64L << 20;

    /// <summary>As OpenAI limits an upload.</summary>
    private const long MaxBytes = 8L << 30;

    /// <summary>Enough for the largest upload in parts of 8 MiB.</summary>
    private const int MaxParts = 1_024;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>How long an upload is remembered after its time.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var uploads = new UploadRoutes(context);
        routes.MapPost("/v1/uploads", uploads.CreateAsync);
        routes.MapPost("/v1/uploads/{id}/parts", uploads.AddPartAsync);
        routes.MapPost("/v1/uploads/{id}/complete", uploads.CompleteAsync);
        routes.MapPost("/v1/uploads/{id}/cancel", uploads.CancelAsync);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var name = body.RequiredText("filename", FileStore.MaxNameLength, 1);
        var purpose = body.Word("purpose", FileRoutes.Purposes) ?? throw ApiException.Missing("purpose");
        var bytes = body.Integer("bytes", 0, MaxBytes) ?? throw ApiException.Missing("bytes");
        body.RequiredText("mime_type", FileStore.MaxNameLength);
        var now = context.Time.GetUtcNow();
        var upload = new Upload(Ids.New(), name, purpose, bytes) { CreatedAt = now, ExpiresAt = now + Lifetime, FileExpiresAfterSeconds = (long?)FileExpiry.Read(body)?.TotalSeconds };
        var document = new Document(Upload.Kind, upload.Id, Caller.Of(http).Owner, JsonSerializer.SerializeToUtf8Bytes(upload, StoredJson.Default.Upload))
        {
            CreatedAt = now,
            ExpiresAt = upload.ExpiresAt + Remembered,
        };
        await context.Store.CommitAsync([new Change.Create(document)], http.RequestAborted);
        await AnswerAsync(http, upload);
    }

    private async Task AddPartAsync(HttpContext http)
    {
        var (document, upload) = await FindPendingAsync(http);
        var form = await MultipartForm.ReadAsync(http, "data", MaxPartBytes, context.Blobs);
        var content = form.File ?? throw ApiException.Missing("data");
        var part = new UploadPart(Ids.New(), content.Blob.Hash, content.Blob.Bytes);
        var present = await context.Store.ListAsync(Caller.Of(http).Scope, new(UploadPart.Kind) { Parent = upload.Id, Limit = MaxParts }, http.RequestAborted);
        if (present!.Items.Count == MaxParts) throw ApiException.BadRequest($"An upload has at most {MaxParts} parts.", null, "too_many_parts");
        var now = context.Time.GetUtcNow();
        await context.Store.CommitAsync(
            [new Change.Create(new(UploadPart.Kind, part.Id, document.Owner, JsonSerializer.SerializeToUtf8Bytes(part, StoredJson.Default.UploadPart)) { Parent = upload.Id, CreatedAt = now })],
            http.RequestAborted);
        await Respond.JsonAsync(http, new(UploadPart.Prefix + part.Id, now.ToUnixTimeSeconds(), Upload.Prefix + upload.Id), FilesJson.Default.UploadPartObject);
    }

    private async Task CompleteAsync(HttpContext http)
    {
        var (document, upload) = await FindPendingAsync(http);
        var body = await RequestBody.ReadAsync(http);
        var partIds = body.Texts("part_ids", MaxParts) ?? throw ApiException.Missing("part_ids");
        var md5 = body.Text("md5", 64);
        var parts = new List<UploadPart>();
        for (var i = 0; i < partIds.Count; i++) parts.Add(await FindPartAsync(http, upload, partIds[i], $"part_ids[{i}]"));
        var total = parts.Sum(part => part.Bytes);
        if (total != upload.Bytes) throw ApiException.BadRequest($"The parts have {total} bytes together, but the upload was announced with {upload.Bytes}.", "part_ids", "invalid_value");
        await using var joined = new JoinedParts(parts, context.Blobs);
        var content = await context.Blobs.PutAsync(joined, upload.Bytes, http.RequestAborted);
        if (md5 is not null && !md5.Equals(joined.Md5, StringComparison.OrdinalIgnoreCase)) throw ApiException.BadRequest("The file's MD5 is another than 'md5' says.", "md5", "invalid_value");
        var expiry = upload.FileExpiresAfterSeconds is { } seconds ? context.Time.GetUtcNow().AddSeconds(seconds) : (DateTimeOffset?)null;
        var file = context.Files.Describe(upload.Filename, upload.Purpose, content, expiry);
        var completed = upload with { Status = Upload.Completed };
        await EndAsync(http, document, completed, new Change.Create(FileStore.Document(file, document.Owner)));
        await AnswerAsync(http, completed, file);
    }

    private async Task CancelAsync(HttpContext http)
    {
        var (document, upload) = await FindPendingAsync(http);
        var cancelled = upload with { Status = Upload.Cancelled };
        await EndAsync(http, document, cancelled);
        await AnswerAsync(http, cancelled);
    }

    /// <summary>Ends an upload once, whoever else tries; its parts go.</summary>
    private async Task EndAsync(HttpContext http, Document document, Upload ended, params Change[] also)
    {
        var scope = Caller.Of(http).Scope;
        var parts = await context.Store.ListAsync(scope, new(UploadPart.Kind) { Parent = ended.Id, Limit = MaxParts }, http.RequestAborted);
        var replaced = new Change.Replace(document with { Body = JsonSerializer.SerializeToUtf8Bytes(ended, StoredJson.Default.Upload) }, document.Version);
        var committed = await context.Store.CommitAsync([replaced, .. also, .. parts!.Items.Select(part => new Change.Delete(scope, UploadPart.Kind, part.Id))], http.RequestAborted);
        if (!committed.Won) throw ApiException.Conflict($"The upload '{Upload.Prefix}{ended.Id}' was ended by another request.");
    }

    private async Task<UploadPart> FindPartAsync(HttpContext http, Upload upload, string wireId, string parameter) =>
        Ids.After(UploadPart.Prefix, wireId) is { } id && await context.Store.GetAsync(Caller.Of(http).Scope, UploadPart.Kind, id, http.RequestAborted) is { } document && document.Parent == upload.Id
            ? JsonSerializer.Deserialize(document.Body.Span, StoredJson.Default.UploadPart)!
            : throw ApiException.BadRequest($"The upload has no part '{wireId}'.", parameter, "invalid_value");

    private async Task<(Document Document, Upload Upload)> FindPendingAsync(HttpContext http)
    {
        var wireId = (string)http.GetRouteValue("id")!;
        if (Upload.IdOf(wireId) is not { } id || await context.Store.GetAsync(Caller.Of(http).Scope, Upload.Kind, id, http.RequestAborted) is not { } document)
            throw ApiException.NotFound($"No such Upload object: {wireId}", "upload_id");
        var upload = JsonSerializer.Deserialize(document.Body.Span, StoredJson.Default.Upload)!;
        var status = upload.StatusAt(context.Time.GetUtcNow());
        return status == Upload.Pending ? (document, upload) : throw ApiException.BadRequest($"The upload '{wireId}' is {status}.", null, "invalid_upload_status");
    }

    private Task AnswerAsync(HttpContext http, Upload upload, StoredFile? file = null) =>
        Respond.JsonAsync(http, upload.ToWire(context.Time.GetUtcNow(), file), FilesJson.Default.UploadObject);
}
