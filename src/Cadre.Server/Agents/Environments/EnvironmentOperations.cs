using System.Globalization;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Agents.Environments;

/// <summary>/v1/agents/environments: the directories of sessions. They are made with their session and removed with it.</summary>
internal sealed class EnvironmentOperations(ServerContext context)
{
    private const string Route = "/v1/agents/environments/{environment}";
    private const string SelfHosted = "self_hosted";

    /// <summary>Files that a listing finds at most.</summary>
    private const int MaxFiles = 10_000;

    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, MaxRecursionDepth = 32 };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/agents/environments", AgentCall.Beta(_ => throw AgentErrors.NotServed("environment.type",
            "Environments that OpenAI hosts are not served here; one of type 'self_hosted' is made with its session.")));
        routes.MapGet("/v1/agents/environments", AgentCall.Beta(ListAsync));
        routes.MapGet(Route, AgentCall.Beta(GetAsync));
        routes.MapGet(Route + "/files", AgentCall.Beta(FilesAsync));
    }

    private async Task ListAsync(HttpContext http)
    {
        var query = AgentCall.Documents(EnvironmentTools.Kind, ListQuery.Read(http), id => Ids.After(EnvironmentTools.Prefix, id));
        var page = await context.Store.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw AgentCall.BadCursor("after", query.After ?? query.Before ?? "");
        var shown = page.Items.Select(Show).ToArray();
        await Respond.JsonAsync(http, AgentCall.Page(shown, page.HasMore, environment => environment.Id), AgentsJson.Default.EnvironmentPage);
    }

    private async Task GetAsync(HttpContext http) => await Respond.JsonAsync(http, Show(await FindAsync(http)), AgentsJson.Default.EnvironmentObject);

    /// <summary>Names and sizes; the contents are the agent's tools' to read.</summary>
    private async Task FilesAsync(HttpContext http)
    {
        var document = await FindAsync(http);
        var list = ListQuery.Read(http);
        var token = http.Request.Query["page"].ToString();
        var skip = 0;
        if (token.Length > 0 && (!int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out skip) || skip > MaxFiles)) throw AgentCall.BadCursor("page", token);
        var root = EnvironmentTools.DirectoryOf(context.Parts, document.Id);
        var files = Directory.Exists(root) ? new DirectoryInfo(root).EnumerateFiles("*", Everything).Take(MaxFiles).OrderBy(file => file.FullName, StringComparer.Ordinal).ToArray() : [];
        var page = files.Skip(skip).Take(list.Limit)
            .Select(file => new EnvironmentFile(EnvironmentTools.Prefix + document.Id, Path.GetRelativePath(root, file.FullName), file.Length)).ToArray();
        var next = skip + page.Length;
        await Respond.JsonAsync(http, new EnvironmentFiles(page, next < files.Length, next < files.Length ? next.ToString(CultureInfo.InvariantCulture) : null), AgentsJson.Default.EnvironmentFiles);
    }

    private static EnvironmentObject Show(Document document) => new(EnvironmentTools.Prefix + document.Id, SelfHosted, "ready");

    private async ValueTask<Document> FindAsync(HttpContext http)
    {
        var id = AgentCall.Route(http, "environment");
        return Ids.After(EnvironmentTools.Prefix, id) is { } bare && await context.Store.GetAsync(Caller.Of(http).Scope, EnvironmentTools.Kind, bare, http.RequestAborted) is { } document
            ? document
            : throw AgentErrors.NotFound("environment", id);
    }
}
