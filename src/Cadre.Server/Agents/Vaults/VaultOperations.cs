using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Agents.Vaults;

/// <summary>/v1/vaults and their credentials, whose secrets are taken and never given back.</summary>
internal sealed class VaultOperations(ServerContext context, VaultKey key)
{
    private const string Route = "/v1/vaults/{vault}";
    private const string Credentials = Route + "/credentials";
    private const int MaxName = 256;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/vaults", AgentCall.Beta(CreateAsync));
        routes.MapGet("/v1/vaults", AgentCall.Beta(ListAsync));
        routes.MapGet(Route, AgentCall.Beta(GetAsync));
        routes.MapPost(Route, AgentCall.Beta(UpdateAsync));
        routes.MapDelete(Route, AgentCall.Beta(DeleteAsync));
        routes.MapPost(Credentials, AgentCall.Beta(AddAsync));
        routes.MapGet(Credentials, AgentCall.Beta(ListCredentialsAsync));
        routes.MapGet(Credentials + "/{credential}", AgentCall.Beta(GetCredentialAsync));
        routes.MapPost(Credentials + "/{credential}", AgentCall.Beta(RotateAsync));
        routes.MapDelete(Credentials + "/{credential}", AgentCall.Beta(RemoveAsync));
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var vault = new Vault(Ids.New()) { CreatedAt = context.Time.GetUtcNow(), Name = body.Text("name", MaxName), Metadata = body.Metadata()?.ToImmutableDictionary() };
        await context.Store.CommitAsync([new Change.Create(Vault.Document(vault, Caller.Of(http).Owner))], http.RequestAborted);
        await Respond.JsonAsync(http, vault.Show(), AgentsJson.Default.VaultObject, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var page = await PageAsync(http, Vault.Kind, id => Ids.After(Vault.Prefix, id), null);
        var vaults = page.Items.Select(document => Vault.Read(document).Show()).ToArray();
        await Respond.JsonAsync(http, AgentCall.Page(vaults, page.HasMore, vault => vault.Id), AgentsJson.Default.VaultPage);
    }

    private async Task GetAsync(HttpContext http) => await Respond.JsonAsync(http, (await FindAsync(http)).Vault.Show(), AgentsJson.Default.VaultObject);

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        while (true)
        {
            var (vault, document) = await FindAsync(http);
            vault = vault with
            {
                Name = body.Has("name") ? body.Text("name", MaxName) : vault.Name,
                Metadata = body.Has("metadata") ? body.Metadata()?.ToImmutableDictionary() : vault.Metadata,
            };
            if (!(await context.Store.CommitAsync([new Change.Replace(Vault.Document(vault, document.Owner), document.Version)], http.RequestAborted)).Won) continue;
            await Respond.JsonAsync(http, vault.Show(), AgentsJson.Default.VaultObject);
            return;
        }
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var (vault, _) = await FindAsync(http);
        await context.Store.CommitAsync([new Change.Delete(Caller.Of(http).Scope, Vault.Kind, vault.Id)], http.RequestAborted);
        await Respond.JsonAsync(http, new DeletedObject(Vault.Prefix + vault.Id, "vault.deleted"), AgentsJson.Default.DeletedObject);
    }

    private async Task AddAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var (vault, document) = await FindAsync(http);
        var (shown, secrets) = CredentialForm.Read(body.Object("auth") ?? throw ApiException.Missing("auth"));
        var (id, now) = (Ids.New(), context.Time.GetUtcNow());
        var credential = new Credential(id, body.RequiredText("name", MaxName, 1), shown, Seal(id, secrets)) { CreatedAt = now, UpdatedAt = now, Metadata = body.Metadata()?.ToImmutableDictionary() };
        await context.Store.CommitAsync([new Change.Create(Credential.Document(credential, vault.Id, document.Owner))], http.RequestAborted);
        await Respond.JsonAsync(http, credential.Show(vault.Id), AgentsJson.Default.CredentialObject, StatusCodes.Status201Created);
    }

    private async Task ListCredentialsAsync(HttpContext http)
    {
        var (vault, _) = await FindAsync(http);
        var page = await PageAsync(http, Credential.Kind, id => Ids.After(Credential.Prefix, id), vault.Id);
        var credentials = page.Items.Select(document => Credential.Read(document).Show(vault.Id)).ToArray();
        await Respond.JsonAsync(http, AgentCall.Page(credentials, page.HasMore, credential => credential.Id), AgentsJson.Default.CredentialPage);
    }

    private async Task GetCredentialAsync(HttpContext http)
    {
        var (vault, document) = await CredentialAsync(http);
        await Respond.JsonAsync(http, Credential.Read(document).Show(vault.Id), AgentsJson.Default.CredentialObject);
    }

    private async Task RotateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        while (true)
        {
            var (vault, document) = await CredentialAsync(http);
            var credential = Credential.Read(document) with { UpdatedAt = context.Time.GetUtcNow() };
            if (body.Has("metadata")) credential = credential with { Metadata = body.Metadata()?.ToImmutableDictionary() };
            if (body.Object("auth") is { } auth)
            {
                var (shown, secrets) = CredentialForm.Rotate(auth, credential.Auth, Open(credential));
                credential = credential with { Auth = shown, Sealed = Seal(credential.Id, secrets) };
            }

            if (!(await context.Store.CommitAsync([new Change.Replace(Credential.Document(credential, vault.Id, document.Owner), document.Version)], http.RequestAborted)).Won) continue;
            await Respond.JsonAsync(http, credential.Show(vault.Id), AgentsJson.Default.CredentialObject);
            return;
        }
    }

    private async Task RemoveAsync(HttpContext http)
    {
        var (_, document) = await CredentialAsync(http);
        await context.Store.CommitAsync([new Change.Delete(Caller.Of(http).Scope, Credential.Kind, document.Id)], http.RequestAborted);
        await Respond.JsonAsync(http, new DeletedObject(Credential.Prefix + document.Id, "vault.credential.deleted"), AgentsJson.Default.DeletedObject);
    }

    private string Seal(string id, JsonObject secrets) => key.Encrypt(Encoding.UTF8.GetBytes(secrets.ToJsonString()), Encoding.UTF8.GetBytes(id));

    private JsonObject Open(Credential credential) => JsonNode.Parse(key.Decrypt(credential.Sealed, Encoding.UTF8.GetBytes(credential.Id)))!.AsObject();

    private async ValueTask<DocumentPage> PageAsync(HttpContext http, string kind, Func<string, string?> cursor, string? parent)
    {
        var where = new Dictionary<string, string>();
        foreach (var (name, value) in http.Request.Query)
        {
            if (name.StartsWith("metadata[", StringComparison.Ordinal) && name.EndsWith(']')) where[$"metadata.{name[9..^1]}"] = value.ToString();
        }

        if (where.Count > Fields.MetadataPairs) throw ApiException.BadRequest($"At most {Fields.MetadataPairs} conditions are possible.", "metadata");
        var query = AgentCall.Documents(kind, ListQuery.Read(http), cursor, parent) with { Where = where };
        return await context.Store.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw AgentCall.BadCursor("after", query.After ?? query.Before ?? "");
    }

    private ValueTask<(Vault Vault, Document Document)> FindAsync(HttpContext http) =>
        Vault.GetAsync(context.Store, Caller.Of(http).Scope, AgentCall.Route(http, "vault"), http.RequestAborted);

    private async ValueTask<(Vault Vault, Document Document)> CredentialAsync(HttpContext http)
    {
        var (vault, _) = await FindAsync(http);
        var id = AgentCall.Route(http, "credential");
        return Ids.After(Credential.Prefix, id) is { } bare && await context.Store.GetAsync(Caller.Of(http).Scope, Credential.Kind, bare, http.RequestAborted) is { } document && document.Parent == vault.Id
            ? (vault, document)
            : throw AgentErrors.NotFound("credential", id);
    }
}
