using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Models.Endpoints;

namespace Cadre.Models.Http;

/// <summary>What an exchange is about.</summary>
/// <param name="KeepsExcerpts">A probe keeps the beginning of what was said, as evidence.</param>
internal sealed record CallSubject(string Path, string Model, int Attempt = 1, bool KeepsExcerpts = false);

/// <summary>One request and its reply: owns the connection's use, the deadlines and the counts, and reports them when it ends.</summary>
internal sealed class Exchange : IDisposable
{
    private readonly Endpoint _endpoint;
    private readonly CallSubject _subject;
    private readonly TimeProvider _time;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenRegistration _registration;
    private readonly DateTimeOffset _at;
    private readonly long _started;
    private readonly Action<ModelCallRecord>? _report;
    private readonly StringBuilder? _excerpt;
    private HttpResponseMessage? _response;
    private TimeSpan? _firstByte;
    private ModelFailureKind? _failure;
    private bool _ended;

    public Exchange(Endpoint endpoint, CallSubject subject, TimeProvider time, Action<ModelCallRecord>? report, CancellationToken caller)
    {
        _endpoint = endpoint;
        _subject = subject;
        _time = time;
        _report = report;
        _caller = caller;
        _at = time.GetUtcNow();
        _started = time.GetTimestamp();
        _excerpt = subject.KeepsExcerpts ? new() : null;
        _deadline = new(endpoint.Timeouts.FirstByte, time);
        _registration = caller.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _deadline);
    }

    public CancellationToken Token => _deadline.Token;

    public string Host => _endpoint.Authority;

    public CallSubject Subject => _subject;

    public long BytesSent { get; private set; }

    public long BytesReceived { get; private set; }

    public int? Status => (int?)_response?.StatusCode;

    /// <summary>The request and the reply, shortened, without the key.</summary>
    public string Describe(ReadOnlySpan<byte> requestBody)
    {
        var sent = ErrorBody.Quote(Encoding.UTF8.GetString(requestBody[..Math.Min(requestBody.Length, WireLimits.ExcerptCharacters)]));
        return Mask($"{_subject.Path} → {Status?.ToString() ?? "no reply"}; sent: {sent}; got: {_excerpt}");
    }

    public void Sends(long bytes) => BytesSent = bytes;

    public void Answered(HttpResponseMessage response) => _response = response;

    /// <summary>Before each read of the body: silence is measured from here once the first byte is there.</summary>
    public void AwaitsBytes()
    {
        if (_firstByte is null) return;
        var left = _endpoint.Timeouts.Whole - _time.GetElapsedTime(_started);
        var silence = _endpoint.Timeouts.BetweenBytes;
        _deadline.CancelAfter(left <= TimeSpan.Zero ? TimeSpan.Zero : left < silence ? left : silence);
    }

    public void Receives(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        _firstByte ??= _time.GetElapsedTime(_started);
        BytesReceived += bytes.Length;
        if (_excerpt is { Length: < WireLimits.ExcerptCharacters })
            _excerpt.Append(ErrorBody.Quote(Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, WireLimits.ExcerptCharacters)])));
    }

    /// <summary>The failure behind an exception; null when the caller cancelled or the exception is a bug of ours.</summary>
    public ModelFailure? FailureOf(Exception exception) => exception switch
    {
        OperationCanceledException when _caller.IsCancellationRequested => null,
        OperationCanceledException { InnerException: TimeoutException } when !_deadline.IsCancellationRequested =>
            Failed(ModelFailureKind.TimedOut, $"No connection to {Host} within {_endpoint.Timeouts.Connect.TotalSeconds:0.#} s."),
        OperationCanceledException => Failed(ModelFailureKind.TimedOut, TooSlow()),
        HttpRequestException http => OfHttp(http),
        WireViolationException violation => Failed(ModelFailureKind.Malformed, $"{Host} {violation.Message}"),
        JsonException json => Failed(ModelFailureKind.Malformed, $"{Host} sent JSON that cannot be read{(json.Path is { Length: > 0 } path ? $" (at {ErrorBody.Quote(path)})" : "")}."),
        InvalidDataException => Failed(ModelFailureKind.Malformed, $"{Host} sent a body that cannot be read."),
        IOException or SocketException => Failed(ModelFailureKind.Cut, $"{Host} closed the connection before the end of the reply."),
        _ => null,
    };

    /// <summary>The failure that the endpoint itself describes.</summary>
    public ModelFailure FailureOf(ErrorBody error, int? status, TimeSpan? retryAfter = null)
    {
        var code = error.Code ?? error.Type;
        var words = Mask(error.Message);
        var said = $"{Host} {(status is null ? "sent an error" : $"answered {status} to {_subject.Path}")}{(code is null ? "" : $" ({Mask(ErrorBody.Quote(code))})")}";
        var hint = status == 404 && _endpoint.BaseUrl.AbsolutePath == "/" ? " Should the base URL end in /v1?" : "";
        return new(FailureKinds.Of(status, error), (words.Length == 0 ? said + "." : $"{said}: {words}") + hint, status, retryAfter);
    }

    public string Mask(string text) => _endpoint.ApiKey?.Mask(text) ?? text;

    /// <param name="failure">Null when the reply came to its end.</param>
    public void Ends(ModelFailureKind? failure)
    {
        _ended = true;
        _failure = failure;
    }

    public void Dispose()
    {
        _registration.Dispose();
        var requestId = _response is { } response && response.Headers.NonValidated.TryGetValues("x-request-id", out var values) ? ErrorBody.Quote(values.ToString()) : null;
        _report?.Invoke(new(_at, Host, _subject.Path, _subject.Model, _subject.Attempt, Status, _time.GetElapsedTime(_started), _firstByte,
            BytesSent, BytesReceived, requestId, _failure, Abandoned: !_ended));
        _response?.Dispose();
        _deadline.Dispose();
    }

    private ModelFailure Failed(ModelFailureKind kind, string message) => new(kind, message, Status);

    private string TooSlow() => _firstByte is null
        ? $"{Host} sent nothing within {_endpoint.Timeouts.FirstByte.TotalSeconds:0.#} s."
        : _time.GetElapsedTime(_started) >= _endpoint.Timeouts.Whole
            ? $"{Host} did not finish its reply within {_endpoint.Timeouts.Whole.TotalSeconds:0.#} s."
            : $"{Host} fell silent for {_endpoint.Timeouts.BetweenBytes.TotalSeconds:0.#} s inside its reply.";

    private ModelFailure OfHttp(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => Failed(ModelFailureKind.Unreachable, $"The name {_endpoint.BaseUrl.Host} could not be resolved."),
        HttpRequestError.SecureConnectionError => Failed(ModelFailureKind.Unreachable, $"No TLS connection to {Host}: {Reason(exception)}"),
        HttpRequestError.ConnectionError => Failed(ModelFailureKind.Unreachable, $"No connection to {Host}: {Reason(exception)}"),
        HttpRequestError.ProxyTunnelError => Failed(ModelFailureKind.Unreachable, $"The proxy did not open a way to {Host}."),
        HttpRequestError.ResponseEnded => Failed(ModelFailureKind.Cut, $"{Host} closed the connection before it answered."),
        HttpRequestError.InvalidResponse => Failed(ModelFailureKind.Malformed, $"{Host} did not answer in HTTP."),
        HttpRequestError.ConfigurationLimitExceeded => Failed(ModelFailureKind.Malformed, $"{Host} sent more headers than are read."),
        _ when exception.InnerException is IOException or SocketException => Failed(ModelFailureKind.Cut, $"{Host} closed the connection before it answered."),
        _ => Failed(ModelFailureKind.Unreachable, $"No answer from {Host}: {Reason(exception)}"),
    };

    private string Reason(HttpRequestException exception) => Mask(ErrorBody.Quote((exception.InnerException ?? exception).Message));
}
