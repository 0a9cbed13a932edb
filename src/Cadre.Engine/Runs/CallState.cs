using Cadre.Engine.Models;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Runs;

/// <summary>A call of the turn in progress.</summary>
/// <param name="Index">Position in its turn.</param>
public sealed record CallState(int Index, ToolRequest Request, CallPhase Phase)
{
    public RunEvent.ApprovalAsked? Asked { get; init; }
    public RunEvent.ApprovalGiven? Given { get; init; }
    public RunEvent.CallStarted? Start { get; init; }
    public ToolResult? Result { get; init; }

    /// <summary>Nothing can be done about it by a driver: a person or the client has to.</summary>
    public bool Waits => Phase is CallPhase.AwaitingApproval or CallPhase.AtClient;
}

public enum CallPhase
{
    Requested,
    AwaitingApproval,

    /// <summary>A person approved or declined.</summary>
    Decided,

    Started,

    /// <summary>The caller of the API runs it and submits the output.</summary>
    AtClient,

    Finished,
}
