using Cadre.Server.Definitions;
using Cadre.Server.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.ChatCompletions;

/// <summary>An operation that the endpoint does and Cadre adds nothing to but its model names.</summary>
/// <param name="path">Below the endpoint's base address.</param>
internal sealed class ForwardedPost(string path, Upstream upstream, ModelNames names)
{
    public async Task HandleAsync(HttpContext http)
    {
        var body = await HeldBody.ReadAsync(http);
        try
        {
            await PassThrough.ForwardAsync(http, upstream, path, body, await NamedAsync(names, body.Members, http.RequestAborted));
        }
        finally
        {
            body.Release();
        }
    }

    /// <summary>The endpoint's name in place of the caller's; null when they are the same.</summary>
    public static async ValueTask<Replacement?> NamedAsync(ModelNames names, TopMembers members, CancellationToken cancellationToken)
    {
        if (members.Model is not { } model) return null;
        var name = await names.ResolveAsync(model.Value, cancellationToken);
        return name == model.Value ? null : Replacement.Of(model, name);
    }
}
