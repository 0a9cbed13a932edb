using ModelContextProtocol;

namespace Cadre.Tools.Mcp;

/// <summary>What went wrong, in one line for a person. Not yet masked.</summary>
internal static class Reason
{
    public const int MaxChars = 600;

    public static string Of(Exception exception) => exception switch
    {
        TimeoutException or OperationCanceledException => "It did not answer in time.",
        HttpRequestException { StatusCode: { } status, InnerException: null } http => $"HTTP {(int)status}: {http.Message}",
        McpProtocolException protocol => $"Error {(int)protocol.ErrorCode}: {protocol.Message}",
        { InnerException: { } inner } when inner is not OperationCanceledException => Of(inner),
        _ => exception.Message,
    };
}
