using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Agents;
using Cadre.Server.Functions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Sessions;

/// <summary>What is said in a session. The run goes on whoever leaves, and is found again by its id.</summary>
internal sealed class MessageRoutes(ServerContext context, AgentSessions sessions)
{
    private const int MaxComment = 2_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(SessionsFace.One + "/messages", MessageAsync);
        routes.MapGet(SessionsFace.One + "/messages", ListAsync);
        routes.MapPost(SessionsFace.One + "/actions", ActAsync);
        routes.MapPost(SessionsFace.One + "/approvals", DecideAsync);
        routes.MapPost(SessionsFace.One + "/cancel", CancelAsync);
        routes.MapGet(SessionsFace.One + "/runs/{run}", RunAsync);
    }

    private async Task MessageAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var answer = ReplyAnswer.Read(body);
        var message = new SessionMessage(body.RequiredText("message", AgentSessions.MaxMessage, 1))
        {
            MaxPromptTokens = body.Integer("max_prompt_tokens", 1),
            MaxCompletionTokens = body.Integer("max_completion_tokens", 1),
        };
        var session = await SessionRoutes.FindAsync(sessions, http);
        await answer.SendAsync(http, context, await sessions.StartAsync(session, message, http.RequestAborted));
    }

    /// <summary>Outputs of the caller's functions.</summary>
    private async Task ActAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var answer = ReplyAnswer.Read(body);
        var outputs = new Dictionary<string, ToolResult>(StringComparer.Ordinal);
        foreach (var output in body.Objects("outputs", RunLimits.CallsPerTurn) ?? throw ApiException.Missing("outputs")) outputs[output.RequiredText("call_id")] = Output(output);
        if (outputs.Count == 0) throw ApiException.BadRequest("Invalid 'outputs': there must be at least one output.", "outputs", "empty_array");
        var session = await SessionRoutes.FindAsync(sessions, http);
        await answer.SendAsync(http, context, await sessions.BeginSubmitAsync(session, outputs, http.RequestAborted), outputs.Keys);
    }

    /// <summary>A person's answer to what the run asks.</summary>
    private async Task DecideAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        var answer = ReplyAnswer.Read(body);
        var (call, hash) = (body.RequiredText("call_id"), body.RequiredText("hash"));
        var decision = new Decision(body.Flag("approve") ?? throw ApiException.Missing("approve"), caller.Author, body.Text("comment", MaxComment));
        var session = await SessionRoutes.FindAsync(sessions, http);
        await answer.SendAsync(http, context, await sessions.BeginDecideAsync(session, call, hash, decision, http.RequestAborted));
    }

    private async Task CancelAsync(HttpContext http)
    {
        var answer = ReplyAnswer.Read(await RequestBody.ReadAsync(http));
        var session = await SessionRoutes.FindAsync(sessions, http);
        await answer.SendAsync(http, context, await sessions.BeginCancelAsync(session, Caller.Of(http).Author, http.RequestAborted));
    }

    /// <summary>A run of the session as it is now, or, with <c>?timeout=</c>, when it has ended or needs somebody.</summary>
    private async Task RunAsync(HttpContext http)
    {
        var answer = ReplyAnswer.Read(http.Request.Query);
        var session = await SessionRoutes.FindAsync(sessions, http);
        var id = AgentCall.Route(http, "run");
        if (Ids.RunAfter(SessionsFace.Run, id) is not { } named || await context.Runs.LoadAsync(Scope.Of(session.Owner), named, http.RequestAborted) is not { } run || run.Definition.Thread != session.Bare)
            throw AgentErrors.NotFound("run", id);
        await answer.SendAsync(http, context, run);
    }

    private async Task ListAsync(HttpContext http)
    {
        var session = await SessionRoutes.FindAsync(sessions, http);
        var query = AgentCall.Documents(ThreadStore.ItemKind, ListQuery.Read(http), id => Ids.After(ItemJson.Prefix, id), session.Bare);
        var (items, hasMore) = await context.Threads.ListAsync(Scope.Of(session.Owner), query, http.RequestAborted) ?? throw AgentCall.BadCursor("after", query.After ?? query.Before ?? "");
        await Respond.ListAsync(http, items, hasMore, ItemJson.Write);
    }

    private static ToolResult Output(Fields output)
    {
        if (output.Text("error", RunFollower.MaxOutput) is { } error) return ServerFunction.Failed(error);
        if (output.Any("output") is not { } given) throw ApiException.Missing(output.At("output"));
        return given.ValueKind == System.Text.Json.JsonValueKind.String
            ? ToolResult.Ok(output.RequiredText("output", RunFollower.MaxOutput))
            : given.GetRawText() is { Length: <= RunFollower.MaxOutput } json ? ToolResult.Ok(json, given)
            : throw ApiException.BadRequest($"Invalid '{output.At("output")}': longer than {RunFollower.MaxOutput} characters.", output.At("output"), "string_above_max_length");
    }
}
