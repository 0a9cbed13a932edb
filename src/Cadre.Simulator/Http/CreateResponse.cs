using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;
using Cadre.Simulator.Scripts;
using Microsoft.AspNetCore.Http;

namespace Cadre.Simulator.Http;

/// <summary>POST /v1/responses.</summary>
internal readonly struct CreateResponse(ScriptPlayer player, SimulatorOptions options, RequestLog log, IdSource ids, ConversationStore conversations)
{
    public async Task HandleAsync(HttpContext context, Func<HttpContext, Fault?, Task<bool>> failAsync)
    {
        using var body = await RequestBody.ReadAsync(context, log, options);
        var prompt = ResponsesReader.Read(body.RootElement, conversations.Before(body.RootElement));
        player.RequireServed(prompt);
        var answer = player.Answer(prompt);
        await player.DelayAsync(answer, context.RequestAborted);
        if (await failAsync(context, answer.Fault))
        {
            return;
        }

        var reply = Reply.Make(prompt, answer, ids, options.TimeProvider.GetUtcNow().ToUnixTimeSeconds(), options.ContextTokens);
        conversations.Keep(reply);
        if (prompt.Stream)
        {
            await StreamAsync(context, reply);
        }
        else
        {
            await WholeBody.WriteAsync(context, answer.Fault, json => ResponseWriter.WriteWhole(json, reply));
        }
    }

    private async Task StreamAsync(HttpContext context, Reply reply)
    {
        using var events = await EventStream.OpenAsync(context, reply.Answer, options.TimeProvider);
        var stream = new ResponseStream(events, reply);
        try
        {
            await stream.WriteAsync();
        }
        catch (AnswerEndedEarlyException)
        {
            // What is written is the whole body.
        }
        catch (AnswerFailedException failed)
        {
            await stream.FailAsync(failed.Message);
        }
    }
}
