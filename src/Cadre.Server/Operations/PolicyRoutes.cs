using Cadre.Engine.Ports;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Operations;

/// <summary><c>POST /policies/reload</c>: reads the policies anew. A bad set is refused, and the one in force stays.</summary>
internal static class PolicyRoutes
{
    private const int ErrorsShown = 5;

    public static void Map(IEndpointRouteBuilder routes, ServerContext context) => routes.MapPost("/policies/reload", async http =>
    {
        var caller = Caller.ServerAdministrator(http);
        var before = context.Engine.Policies.Current.Hash;
        var errors = await context.Parts.ReloadPolicies(http.RequestAborted);
        await AuditAsync(context, caller, before, errors);
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("reloaded", errors.Count == 0);
            json.WriteString("hash", context.Engine.Policies.Current.Hash);
            json.WriteStartArray("errors");
            foreach (var error in errors) json.WriteStringValue(error);
            json.WriteEndArray();
            json.WriteEndObject();
        }, errors.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    });

    /// <summary>What is in force is on record, whoever still waits for the answer.</summary>
    private static ValueTask AuditAsync(ServerContext context, Caller caller, string before, IReadOnlyList<string> errors)
    {
        var after = context.Engine.Policies.Current.Hash;
        return context.Engine.Audit.WriteAsync(new(context.Time.GetUtcNow(), AuditKinds.PolicyReload, caller.Author, null, null, new Dictionary<string, string>
        {
            [AuditDetails.Organisation] = caller.Organisation,
            [AuditDetails.User] = caller.User,
            ["policy_hash_before"] = before,
            ["policy_hash"] = after,
            ["outcome"] = errors.Count > 0 ? "refused" : after == before ? "unchanged" : "in force",
            ["errors"] = string.Join("; ", errors.Take(ErrorsShown)),
        }), CancellationToken.None);
    }
}
