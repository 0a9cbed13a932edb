using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Registry;
using Cadre.Server.Templates;

namespace Cadre.Server.Platform;

internal sealed class TemplatesList(TemplateLibrary templates) : AssistantsTool(
    "templates_list",
    "Lists the templates that assistants are made from, with the parameters of each.",
    $$"""{"type":"object","properties":{ {{PageSchema}} },"additionalProperties":false}""",
    Effect.Read)
{
    public override string Title => "List templates";
    public override string Grant => Grants.AssistantsRead;
    public override JsonElement OutputSchema { get; } = Schema($$""" "templates":{"type":"array","items":{"type":"object"} },{{NextSchema}} """, "\"templates\"");

    protected override ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var cursor = new PageCursor(call.Owner, Descriptor.Name);
        var after = cursor.Read(arguments);
        var limit = Limit(arguments);
        var rest = templates.List().Where(template => after is null || string.CompareOrdinal(template.Name, after) > 0).Take(limit + 1).ToList();
        return ValueTask.FromResult(Page("templates", rest.Take(limit), TemplatesFace.Write, rest.Count > limit ? cursor.Write(rest[limit - 1].Name) : null));
    }
}
