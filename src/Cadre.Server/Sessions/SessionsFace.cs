using Cadre.Server.Assistants;
using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Sessions;

/// <summary>/api/v1/sessions: an agent for a user, message by message (docs/sessions.md).</summary>
internal static class SessionsFace
{
    /// <summary>Of its threads and runs.</summary>
    public const string Name = "sessions";

    public const string Thread = "thread_";
    public const string Run = "run_";
    public const string Route = "/api/v1/sessions";
    public const string One = Route + "/{session}";

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var sessions = new AgentSessions(context);
        context.Work.Add("Expiry of sessions' runs", new RunExpiry(context, Name).RunAsync);
        new SessionRoutes(context, sessions).Map(routes);
        new MessageRoutes(context, sessions).Map(routes);
    }
}
