using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;
using Cadre.Simulator.Scripts;
using Microsoft.AspNetCore.Http;

namespace Cadre.Simulator.Http;

/// <summary>POST /v1/chat/completions.</summary>
internal readonly struct CreateChatCompletion(ScriptPlayer player, SimulatorOptions options, RequestLog log, IdSource ids)
{
    public async Task HandleAsync(HttpContext context, Func<HttpContext, Fault?, Task<bool>> failAsync)
    {
        using var body = await RequestBody.ReadAsync(context, log, options);
        var prompt = ChatReader.Read(body.RootElement);
        player.RequireServed(prompt);
        var answer = player.Answer(prompt);
        await player.DelayAsync(answer, context.RequestAborted);
        if (await failAsync(context, answer.Fault))
        {
            return;
        }

        var reply = Reply.Make(prompt, answer, ids, options.TimeProvider.GetUtcNow().ToUnixTimeSeconds(), options.ContextTokens);
        if (prompt.Stream)
        {
            await StreamAsync(context, reply);
        }
        else
        {
            await WholeBody.WriteAsync(context, answer.Fault, json => ChatCompletionWriter.WriteWhole(json, reply));
        }
    }

    private async Task StreamAsync(HttpContext context, Reply reply)
    {
        using var stream = await EventStream.OpenAsync(context, reply.Answer, options.TimeProvider);
        try
        {
            await ChatCompletionWriter.StreamAsync(stream, reply);
        }
        catch (AnswerEndedEarlyException)
        {
            // What is written is the whole body.
        }
        catch (AnswerFailedException failed)
        {
            await ChatCompletionWriter.StreamErrorAsync(stream, failed.Message);
        }
    }
}
