using System.Text.Json;
using Cadre.Engine.Ports;

namespace Cadre.Server.Registry;

/// <summary>
/// A tool of the platform itself, over its own tables. It is offered to MCP clients and, where it is not <see cref="IsForPeople"/>, to runs, and acts for the owner of the call: it reaches what
/// <see cref="Storage.Documents.Scope.Of"/> gives that owner and nothing else, whatever its arguments say.
/// </summary>
public interface IPlatformTool : ITool
{
    /// <summary>For a person, such as "Create a task".</summary>
    string Title { get; }

    /// <summary>Schema of every successful result's structured content, which such a result always has.</summary>
    JsonElement OutputSchema { get; }

    /// <summary>What a token must have been granted before the tool may be used with it: one of <see cref="Grants"/>.</summary>
    string Grant { get; }

    /// <summary>What it takes away cannot be brought back by another call.</summary>
    bool IsDestructive => false;

    /// <summary>
    /// It starts, steers or approves runs. Runs are never offered such a tool, whatever their agents name: none may decide its own calls, or start others outside its budget.
    /// </summary>
    bool IsForPeople => false;
}

/// <summary>OAuth scopes of this server. Names are a promise.</summary>
public static class Grants
{
    public const string TasksRead = "tasks:read";
    public const string TasksWrite = "tasks:write";

    /// <summary>Templates, assistants, sessions and runs: look at them.</summary>
    public const string AssistantsRead = "assistants:read";

    /// <summary>Create assistants and sessions, run them, cancel runs.</summary>
    public const string AssistantsRun = "assistants:run";

    /// <summary>Answer what runs ask a person.</summary>
    public const string ApprovalsDecide = "approvals:decide";

    public static IReadOnlyList<string> All { get; } = [TasksRead, TasksWrite, AssistantsRead, AssistantsRun, ApprovalsDecide];
}
