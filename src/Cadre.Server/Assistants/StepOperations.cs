using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Wire.Assistants;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Assistants;

/// <summary>/v1/threads/{thread}/runs/{run}/steps</summary>
internal sealed class StepOperations(RunRecords records)
{
    private const string SearchContent = "step_details.tool_calls[*].file_search.results[*].content";

    public async Task ListAsync(HttpContext http)
    {
        var page = ListQuery.Read(http);
        var list = Listing.Page(await StepsAsync(http), page, step => step.Id, AssistantIds.NoStep);
        await Respond.JsonAsync(http, list, AssistantsJson.Default.StepList);
    }

    public async Task GetAsync(HttpContext http)
    {
        var id = Convert.ToString(http.Request.RouteValues["step"], System.Globalization.CultureInfo.InvariantCulture) ?? "";
        AssistantIds.Bare(AssistantIds.Step, id, "step_id", AssistantIds.NoStep);
        var step = (await StepsAsync(http)).Find(step => step.Id == id) ?? throw AssistantIds.NoStep(id);
        await Respond.JsonAsync(http, step, AssistantsJson.Default.RunStepObject);
    }

    /// <summary>Whether the request asks for the texts that file searches found.</summary>
    public static bool WantsContent(HttpContext http) => http.Request.Query["include[]"].Contains(SearchContent) || http.Request.Query["include"].Contains(SearchContent);

    private async ValueTask<List<RunStepObject>> StepsAsync(HttpContext http)
    {
        var timeline = await records.FindAsync(Caller.Of(http).Scope, AssistantIds.OfThread(http), AssistantIds.OfRun(http), http.RequestAborted);
        return StepRendering.All(timeline, WantsContent(http));
    }
}
