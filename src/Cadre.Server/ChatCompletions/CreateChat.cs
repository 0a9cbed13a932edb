using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.ChatCompletions;

/// <summary>POST /v1/chat/completions: over an agent when the model names one, else passed on to the endpoint.</summary>
internal sealed class CreateChat(ServerContext context, StoredChats stored)
{
    private static readonly string[] AgentPrefixes = ["asst_", "agent_"];

    private readonly AgentChat _agents = new(context, stored);

    public async Task HandleAsync(HttpContext http)
    {
        var body = await HeldBody.ReadAsync(http);
        if (body.Members.Model is { } model && AgentId(model.Value) is { } agent)
        {
            body.PutBack();
            await _agents.HandleAsync(http, agent, model.Value);
            return;
        }

        try
        {
            if (body.Members.WrongStore is { } got) throw ApiException.WrongType("store", "a boolean", got);
            var witness = body.Members.Store && body.IsWhole ? stored.Witness(Caller.Of(http), body.Bytes) : null;
            await PassThrough.ForwardAsync(http, context.Upstream, "chat/completions", body, await ForwardedPost.NamedAsync(context.Models, body.Members, http.RequestAborted), witness);
        }
        finally
        {
            body.Release();
        }
    }

    private static string? AgentId(string model)
    {
        foreach (var prefix in AgentPrefixes)
        {
            if (Ids.After(prefix, model) is { } id) return id;
        }

        return null;
    }
}
