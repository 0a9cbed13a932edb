using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Cadre.Simulator.Answers;
using Microsoft.AspNetCore.Http;

namespace Cadre.Simulator.Http;

/// <summary>Server-sent events written straight into the response's pipe, with the delays and the fault of the answer.</summary>
internal sealed class EventStream : IDisposable
{
    /// <summary>Without delays, this much is gathered before it goes to the socket.</summary>
    private const int FlushBytes = 32 << 10;

    private readonly HttpContext _context;
    private readonly PipeWriter _pipe;
    private readonly Utf8JsonWriter _json;
    private readonly Answer _answer;
    private readonly TimeProvider _time;
    private ArrayBufferWriter<byte>? _cut;
    private int _sent;
    private long _gathered;

    private EventStream(HttpContext context, Answer answer, TimeProvider time)
    {
        _context = context;
        _answer = answer;
        _time = time;
        _pipe = context.Response.BodyWriter;
        _json = new(_pipe, JsonOutput.Options);
    }

    /// <summary>Starts the response: before that, Kestrel's pipe has no room to write into.</summary>
    public static async Task<EventStream> OpenAsync(HttpContext context, Answer answer, TimeProvider time)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        await context.Response.StartAsync(context.RequestAborted);
        return new(context, answer, time);
    }

    /// <summary>Begins an event; its data is written to the returned writer.</summary>
    public Utf8JsonWriter Begin(string? name = null)
    {
        IBufferWriter<byte> target = _answer.Fault is Fault.Cut cut && cut.After <= _sent ? _cut = new() : _pipe;
        if (name is not null)
        {
            target.Write("event: "u8);
            Encoding.ASCII.GetBytes(name, target);
            target.Write("\n"u8);
        }

        target.Write("data: "u8);
        _json.Reset(target);
        return _json;
    }

    /// <summary>Ends the event that was begun.</summary>
    /// <param name="isChunk">It carries a piece of text or arguments: the chunk delay comes before the next one.</param>
    public async ValueTask EndAsync(bool isChunk = false)
    {
        _json.Flush();
        if (_cut is not null)
        {
            _pipe.Write(_cut.WrittenSpan[..(_cut.WrittenCount / 2)]);
            await FlushAsync();
            throw new AnswerBrokenOffException();
        }

        _gathered += _json.BytesCommitted;
        _pipe.Write("\n\n"u8);
        await AfterEventAsync(isChunk);
    }

    /// <summary>Ends a Chat Completions stream.</summary>
    public async ValueTask DoneAsync()
    {
        _pipe.Write("data: [DONE]\n\n"u8);
        await FlushAsync();
    }

    public ValueTask<FlushResult> FlushAsync()
    {
        _gathered = 0;
        return _pipe.FlushAsync(_context.RequestAborted);
    }

    public void Dispose() => _json.Dispose();

    private async ValueTask AfterEventAsync(bool isChunk)
    {
        _sent++;
        switch (_answer.Fault)
        {
            case Fault.Stall stall when stall.After == _sent:
                await FlushAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, _context.RequestAborted);
                break;
            case Fault.Malformed malformed when malformed.After == _sent:
                _pipe.Write("data: {\"this is not\": json,,\n\n"u8);
                break;
            case Fault.EndEarly early when early.After == _sent:
                await FlushAsync();
                throw new AnswerEndedEarlyException();
            case Fault.ErrorEvent error when error.After == _sent:
                throw new AnswerFailedException(error.Message);
        }

        if (isChunk && _answer.ChunkDelay > TimeSpan.Zero)
        {
            await FlushAsync();
            await Task.Delay(_answer.ChunkDelay, _time, _context.RequestAborted);
        }
        else if (_gathered > FlushBytes)
        {
            await FlushAsync();
        }
    }
}
