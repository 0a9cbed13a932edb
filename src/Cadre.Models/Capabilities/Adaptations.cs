using Cadre.Engine.Models;
using Cadre.Models.Http;
using Cadre.Models.Wires;

namespace Cadre.Models.Capabilities;

/// <summary>Which other form a refused request may take. Endpoints differ in what they know, and say so only by refusing.</summary>
internal static class Adaptations
{
    /// <summary>Members that a request can do without, most specific name first.</summary>
    private static readonly string[] Droppable =
    [
        "parallel_tool_calls", "prompt_cache_key", "stream_options", "reasoning_effort", "reasoning_content", "reasoning_details", "thinking_blocks", "annotations",
        "temperature", "reasoning", "include", "strict", "store", "top_p",
    ];

    private static readonly string[] UnknownWords =
        ["unsupported", "not supported", "does not support", "unknown", "unrecognized", "unexpected", "extra", "not permitted", "not allowed", "additional propert", "no such"];

    private static readonly string[] FormatWords = ["response_format", "text.format", "json_schema", "json_object", "structured output", "json mode", "grammar", "guided"];

    private static readonly string[] TemplateWords = ["system message must be", "system messages must", "system role", "unexpected role", "unknown role", "'developer'"];

    /// <summary>Null when the refusal is meant: no other form would help.</summary>
    public static Adaptation? After(Refusal refusal, RequestForm form, ModelRequest request)
    {
        if (form.UsesResponses && WithoutResponses(refusal, form, request.Model) is { } chat) return chat;
        if (!IsAboutTheForm(refusal)) return null;
        return Limit(refusal, form, request) ?? Schema(refusal, form, request) ?? Developer(refusal, form, request) ?? Member(refusal, form, request);
    }

    private static bool IsAboutTheForm(Refusal refusal) => refusal.Failure.Kind == ModelFailureKind.Refused || refusal.Status is 500 or 501;

    private static Adaptation? WithoutResponses(Refusal refusal, RequestForm form, string model)
    {
        if (refusal.IsMissingPath)
            return new(form with { UsesResponses = false }, "no Responses API", (card, finding) => card with { Responses = finding with { Value = false } });
        if (refusal.Status is not (400 or 404 or 422) || !refusal.Mentions("responses") || !refusal.Mentions("support")) return null;
        return new(form with { UsesResponses = false }, "no Responses API for this model",
            (card, finding) => card.With(model, card.For(model) with { Responses = finding with { Value = false } }));
    }

    private static Adaptation? Limit(Refusal refusal, RequestForm form, ModelRequest request)
    {
        if (form.UsesResponses || request.MaxOutputTokens is null) return null;
        var wantsNew = !form.Shape.NamesCompletionTokens && refusal.Mentions("max_completion_tokens");
        var wantsOld = form.Shape.NamesCompletionTokens && IsUnknown(refusal, "max_completion_tokens");
        if (!wantsNew && !wantsOld) return null;
        return new(form with { Shape = form.Shape with { NamesCompletionTokens = wantsNew } }, "another name of the output limit",
            (card, finding) => card.With(request.Model, card.For(request.Model) with { CompletionTokens = finding with { Value = wantsNew } }));
    }

    private static Adaptation? Schema(Refusal refusal, RequestForm form, ModelRequest request)
    {
        var shape = form.Shape;
        if (request.Output is not { } output || shape.Schema == SchemaMode.None || !IsAboutTheFormat(refusal)) return null;

        // The schema is at fault, not the endpoint: nothing is learnt.
        if (refusal.Code == "invalid_json_schema" || refusal.Mentions("invalid schema"))
            return output.Strict && !shape.LoosensSchema
                ? new(form with { Shape = shape with { LoosensSchema = true } }, "the schema is not strict enough for strict")
                : new(form with { Shape = shape with { Schema = SchemaMode.JsonObject } }, "the schema is not taken");

        var lower = shape.Schema == SchemaMode.JsonSchema ? SchemaMode.JsonObject : SchemaMode.None;
        var next = form with { Shape = shape with { Schema = lower } };

        // Some endpoints take a schema or tools, but not both.
        if (!request.Tools.IsEmpty) return new(next, "no schema beside tools");
        return new(next, $"no {(shape.Schema == SchemaMode.JsonSchema ? "json_schema" : "json_object")}",
            (card, finding) => card.With(request.Model, card.For(request.Model) with { Schema = new(lower, finding.Source, finding.At, finding.Evidence) }));
    }

    private static Adaptation? Developer(Refusal refusal, RequestForm form, ModelRequest request)
    {
        if (form.Shape.DeveloperAsUser || !TemplateWords.Any(refusal.Mentions) || !request.Messages.Any(message => message is Message.Developer)) return null;
        return new(form with { Shape = form.Shape with { DeveloperAsUser = true } }, "instructions only at the beginning",
            (card, finding) => card.With(request.Model, card.For(request.Model) with { DeveloperAsUser = finding }));
    }

    private static Adaptation? Member(Refusal refusal, RequestForm form, ModelRequest request)
    {
        var refused = Array.Find(Droppable, name => !form.Shape.Dropped.Contains(name) && IsUnknown(refusal, name));
        if (refused is null && refusal.Mentions("encrypted") && !form.Shape.Dropped.Contains("include")) refused = "include";
        if (refused is null) return null;
        return new(form with { Shape = form.Shape with { Dropped = form.Shape.Dropped.Add(refused) } }, $"no {refused}", (card, finding) =>
        {
            var model = card.For(request.Model);
            return card.With(request.Model, model with { Dropped = model.Dropped.SetItem(refused, finding) });
        });
    }

    private static bool IsAboutTheFormat(Refusal refusal) =>
        refusal.Code == "invalid_json_schema" || IsParam(refusal, "response_format") || IsParam(refusal, "text") || FormatWords.Any(refusal.Mentions);

    /// <summary>Refused for being there, not for its value.</summary>
    private static bool IsUnknown(Refusal refusal, string member)
    {
        var isNamed = IsParam(refusal, member) || HasWord(refusal.Words, member);
        return isNamed && (refusal.Code is "unsupported_parameter" or "unsupported_value" or "unknown_parameter" || UnknownWords.Any(refusal.Mentions));
    }

    private static bool IsParam(Refusal refusal, string member) =>
        refusal.Param is { } param && (param == member || param.StartsWith(member + ".", StringComparison.Ordinal) || param.EndsWith("." + member, StringComparison.Ordinal));

    private static bool HasWord(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            var end = at + word.Length;
            if ((at == 0 || !IsNameCharacter(text[at - 1])) && (end == text.Length || !IsNameCharacter(text[end]))) return true;
        }

        return false;
    }

    private static bool IsNameCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';
}
