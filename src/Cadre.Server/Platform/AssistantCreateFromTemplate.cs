using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Agents;
using Cadre.Server.Assistants;
using Cadre.Server.Http;
using Cadre.Server.Registry;
using Cadre.Server.Templates;
using Cadre.Storage.Documents;

namespace Cadre.Server.Platform;

internal sealed class AssistantCreateFromTemplate(TemplateLibrary templates, TimeProvider time) : AssistantsTool(
    "assistant_create_from_template",
    "Makes an assistant of the user's from a template; assistant_run runs it.",
    """
    {"type":"object","properties":{
      "template":{"type":"string","maxLength":100,"description":"The template's name, as templates_list gives it."},
      "parameters":{"type":"object","description":"The template's parameters; those that are required must be there."},
      "name":{"type":"string","minLength":1,"maxLength":256,"description":"The assistant's name; without it the template's."}},
    "required":["template"],"additionalProperties":false}
    """,
    Effect.Transactional)
{
    public override string Title => "Create an assistant from a template";
    public override string Grant => Grants.AssistantsRun;
    public override JsonElement OutputSchema { get; } =
        Schema(""" "assistant_id":{"type":"string"},"name":{"type":"string"},"model":{"type":"string"},"template":{"type":"string"} """, "\"assistant_id\",\"name\",\"model\",\"template\"");

    protected override ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var name = arguments.RequiredText("template");
        var template = templates.List().FirstOrDefault(template => template.Name == name) ?? throw ApiException.NotFound($"No template found with name '{name}'.");
        var agent = AssistantForm.Create(template.Fill(arguments.Object("parameters")), time.GetUtcNow());
        agent = agent with { Name = arguments.Text("name") ?? agent.Name ?? template.Name };
        var made = Ok(json =>
        {
            json.WriteString("assistant_id", AgentPrefix.Assistant + agent.Id);
            json.WriteString("name", agent.Name);
            json.WriteString("model", agent.Model);
            json.WriteString("template", template.Name);
        });
        return ValueTask.FromResult(made with { Pending = new JointChanges([new Change.Create(AssistantForm.Document(agent, call.Owner))]) });
    }
}
