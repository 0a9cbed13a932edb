using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol.Protocol;

namespace Cadre.Server.Mcp;

/// <summary>
/// Where the SDK's transport writes its events. The response begins with the first of them; a first message that is an error with an HTTP status of its own leaves as plain
/// JSON under that status instead. While nothing is said, a comment keeps the connection open.
/// </summary>
internal sealed class McpAnswerBody(HttpContext http, TimeProvider time) : Stream
{
    /// <summary>Proxies and clients give up on a connection that says nothing for half a minute.</summary>
    private static readonly TimeSpan KeepAliveEvery = TimeSpan.FromSeconds(15);

    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _end = new();
    private Task _keeping = Task.CompletedTask;
    private bool _answered;

    /// <summary>Between two events, where a comment may stand.</summary>
    private bool _between = true;

    private bool _spoken;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void KeepAlives() => _keeping = KeepAliveAsync();

    /// <summary>Before the first message is written.</summary>
    public async ValueTask StartingAsync(JsonRpcMessage? first)
    {
        if (first is not JsonRpcError { Error.Code: var code } error || StatusOf(code) is not { } status) return;
        await _writing.WaitAsync(http.RequestAborted);
        try
        {
            if (http.Response.HasStarted) return;
            _answered = true;
            await Http.Respond.JsonAsync(http, error, McpJson.Error, status);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends the headers before there is anything to say.</summary>
    public async ValueTask OpenAsync()
    {
        Begin();
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_answered || buffer.IsEmpty) return;
        await _writing.WaitAsync(cancellationToken);
        try
        {
            Begin();
            (_between, _spoken) = (buffer.Span.EndsWith("\n\n"u8), true);
            await http.Response.Body.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _answered || !http.Response.HasStarted && !_spoken ? Task.CompletedTask : http.Response.Body.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        _writing.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>The specification's, by the error's code; null: 200, as for every answer.</summary>
    private static int? StatusOf(int code) => code switch
    {
        McpRefusal.MethodNotFound => StatusCodes.Status404NotFound,
        McpRefusal.HeaderMismatch or McpRefusal.MissingClientCapability or McpRefusal.UnsupportedVersion => StatusCodes.Status400BadRequest,
        _ => null,
    };

    private void Begin()
    {
        if (http.Response.HasStarted || http.Response.ContentType is not null) return;
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private async Task KeepAliveAsync()
    {
        using var timer = new PeriodicTimer(KeepAliveEvery, time);
        while (await timer.WaitForNextTickAsync(_end.Token))
        {
            await _writing.WaitAsync(_end.Token);
            try
            {
                if (_answered) return;
                if (!_spoken && _between)
                {
                    Begin();
                    await http.Response.Body.WriteAsync(KeepAlive, http.RequestAborted);
                    await http.Response.Body.FlushAsync(http.RequestAborted);
                }

                _spoken = false;
            }
            finally
            {
                _writing.Release();
            }
        }
    }
}
