using System.Buffers;
using System.Text.Json;
using Cadre.Simulator.Answers;
using Microsoft.AspNetCore.Http;

namespace Cadre.Simulator.Http;

/// <summary>An answer that is not streamed, with the fault that its script gives it.</summary>
internal static class WholeBody
{
    public static async Task WriteAsync(HttpContext context, Fault? fault, Action<Utf8JsonWriter> write)
    {
        switch (fault)
        {
            case null:
                await JsonOutput.WriteAsync(context, StatusCodes.Status200OK, write);
                return;
            case Fault.ErrorEvent error:
                await JsonOutput.WriteErrorAsync(context, StatusCodes.Status500InternalServerError, error.Message, "server_error", null, null);
                return;
        }

        var whole = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(whole, JsonOutput.Options))
        {
            write(json);
        }

        var half = whole.WrittenMemory[..(whole.WrittenCount / 2)];
        context.Response.ContentType = "application/json";
        if (fault is not (Fault.Malformed or Fault.EndEarly))
        {
            context.Response.ContentLength = whole.WrittenCount;
        }

        await context.Response.BodyWriter.WriteAsync(half, context.RequestAborted);
        switch (fault)
        {
            case Fault.Stall:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
                break;
            case Fault.Cut:
                throw new AnswerBrokenOffException();
        }
    }
}
