namespace Cadre.Simulator.Answers;

/// <summary>A way in which an endpoint fails. Closed: every case is nested below.</summary>
/// <remarks><c>After</c> counts whole server-sent events that go out before the fault. An answer that is not
/// streamed meets the same fault in the middle of its body.</remarks>
internal abstract record Fault
{
    private Fault()
    {
    }

    /// <summary>An error answer in OpenAI's shape. A null field takes what OpenAI sends with that status.</summary>
    internal sealed record Status(int Code, string? Message = null, string? ErrorType = null, string? ErrorCode = null, TimeSpan? RetryAfter = null) : Fault;

    /// <summary>The connection is reset before the first byte.</summary>
    internal sealed record Reset : Fault;

    /// <summary>The connection is reset, and for a while new ones are refused: nobody listens on the port.</summary>
    internal sealed record Refuse(TimeSpan For) : Fault;

    /// <summary>Nothing is ever sent, not even headers, until the client gives up.</summary>
    internal sealed record StallBefore : Fault;

    /// <summary>The stream falls silent with the connection open until the client gives up.</summary>
    internal sealed record Stall(int After) : Fault;

    /// <summary>The connection ends in the middle of an event.</summary>
    internal sealed record Cut(int After) : Fault;

    /// <summary>The stream ends cleanly between two events, without its terminal event.</summary>
    internal sealed record EndEarly(int After) : Fault;

    /// <summary>One event's data is not JSON; the stream goes on after it.</summary>
    internal sealed record Malformed(int After) : Fault;

    /// <summary>The stream reports an error of the server's and ends.</summary>
    internal sealed record ErrorEvent(int After, string Message) : Fault;
}
