using System.Security.Cryptography;
using Cadre.Server.Agents;
using Cadre.Server.Files;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Storage.Documents;
using Cadre.Wire.ChatKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.ChatKit;

/// <summary>Attachments in two steps: announced through the protocol, then posted to an address that only the announcer knows.</summary>
internal sealed class ChatUploads(ServerContext context)
{
    private const string Route = "/v1/chatkit/uploads/{token}";
    private const int TokenLength = 40;
    private const int MaxName = 255;
    private const int MaxType = 200;
    private const long Megabyte = 1 << 20;
    private const int DefaultMegabytes = 512;
    private const string Purpose = "user_data";
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>Whether a request proves itself by the token in its address.</summary>
    public static bool HasToken(HttpContext http) => http.Request.Method == HttpMethods.Post && http.Request.Path.StartsWithSegments("/v1/chatkit/uploads");

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost(Route, UploadAsync);

    public async Task CreateAsync(HttpContext http, ChatCaller caller, Fields parameters)
    {
        if (caller.Session is { Uploads: false }) throw ApiException.BadRequest("File upload is not enabled in this session (chatkit_configuration.file_upload).", null, "file_upload_disabled");
        var limit = (caller.Session?.MaxFileSize ?? DefaultMegabytes) * Megabyte;
        var size = parameters.Integer("size", 0, limit) ?? throw ApiException.Missing(parameters.At("size"));
        var name = parameters.RequiredText("name", MaxName, 1);
        var type = parameters.RequiredText("mime_type", MaxType, 1);
        if (caller.Session is { MaxFiles: { } most } session)
        {
            var query = new DocumentQuery(ChatUpload.Kind) { Limit = most, Where = new Dictionary<string, string> { ["session"] = session.Id } };
            if ((await context.Store.ListAsync(caller.Scope, query, http.RequestAborted))?.Items.Count >= most)
                throw ApiException.BadRequest($"The session may have {most} files.", null, "too_many_files");
        }

        var upload = new ChatUpload(Ids.New(), name, type, size) { CreatedAt = context.Time.GetUtcNow(), Session = caller.Session?.Id };
        var token = RandomNumberGenerator.GetString(Alphabet, TokenLength);
        await context.Store.CommitAsync([new Change.Create(ChatUpload.Document(upload, caller.Owner, ChatSession.Hash(token)))], http.RequestAborted);
        var address = $"{http.Request.Scheme}://{http.Request.Host}{Route.Replace("{token}", token, StringComparison.Ordinal)}";
        await Respond.JsonAsync(http, upload.Show(address), ChatKitJson.Default.ChatAttachment);
    }

    public async Task DeleteAsync(HttpContext http, ChatCaller caller, Fields parameters)
    {
        var id = parameters.RequiredText("attachment_id");
        var document = await FindAsync(caller, id, parameters.At("attachment_id"), http.RequestAborted);
        var upload = ChatUpload.Read(document);
        Change[] changes = [new Change.Delete(caller.Scope, ChatUpload.Kind, document.Id), .. upload.File is { } file ? [new Change.Delete(caller.Scope, StoredFile.Kind, file)] : Array.Empty<Change>()];
        await context.Store.CommitAsync(changes, http.RequestAborted);
        await ChatThreads.EmptyAsync(http);
    }

    /// <summary>The attachments of a message; all of them must be there, and uploaded.</summary>
    public async ValueTask<IReadOnlyList<ChatUpload>> FindAsync(ChatCaller caller, IReadOnlyList<string> ids, string parameter, CancellationToken cancellationToken)
    {
        var uploads = new List<ChatUpload>(ids.Count);
        foreach (var id in ids)
        {
            var upload = ChatUpload.Read(await FindAsync(caller, id, parameter, cancellationToken));
            if (upload.File is null) throw ApiException.BadRequest($"The attachment '{id}' has not been uploaded.", parameter, "invalid_value");
            uploads.Add(upload);
        }

        return uploads;
    }

    private async ValueTask<Document> FindAsync(ChatCaller caller, string id, string parameter, CancellationToken cancellationToken) =>
        Ids.After(ChatUpload.Prefix, id) is { } bare && await context.Store.GetAsync(caller.Scope, ChatUpload.Kind, bare, cancellationToken) is { } document
            ? document
            : throw ApiException.NotFound($"No attachment found with id '{id}'.", parameter);

    private async Task UploadAsync(HttpContext http)
    {
        if (await context.Store.FindAsync(Scope.Everything, ChatUpload.Kind, ChatSession.Hash(AgentCall.Route(http, "token")), http.RequestAborted) is not { } document)
            throw new ApiException(StatusCodes.Status401Unauthorized, "The upload's address is wrong, or was used.") { Code = "invalid_upload_token" };
        var upload = ChatUpload.Read(document);
        var content = (await MultipartForm.ReadAsync(http, "file", upload.Bytes, context.Blobs)).File ?? throw ApiException.Missing("file");
        var file = context.Files.Describe(upload.Name, Purpose, content.Blob);
        var uploaded = upload with { File = file.Id };
        Change[] changes = [new Change.Create(FileStore.Document(file, document.Owner)), new Change.Replace(ChatUpload.Document(uploaded, document.Owner, null), document.Version)];
        if (!(await context.Store.CommitAsync(changes, http.RequestAborted)).Won) throw AgentErrors.Conflict("The attachment was uploaded or removed meanwhile.");
        await Respond.JsonAsync(http, uploaded.Show(null), ChatKitJson.Default.ChatAttachment);
    }
}
