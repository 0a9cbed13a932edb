namespace Cadre.Simulator.Http;

/// <summary>The request is refused with an error in OpenAI's shape.</summary>
internal sealed class RequestRefusedException(int status, string message, string? code = null, string? param = null, string type = "invalid_request_error")
    : Exception(message)
{
    public int Status { get; } = status;

    public string? Code { get; } = code;

    public string? Param { get; } = param;

    public string Type { get; } = type;
}
