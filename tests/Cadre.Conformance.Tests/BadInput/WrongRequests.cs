using System.Text;
using Cadre.Conformance.Tests.Description;

namespace Cadre.Conformance.Tests.BadInput;

/// <summary>All wrong requests of one operation, derived from its description.</summary>
internal sealed class WrongRequests(ApiOperation operation, World world, World neighbour)
{
    private const int TooLarge = 600 << 20;

    private static readonly Dictionary<string, string> UnknownIds = new(StringComparer.Ordinal)
    {
        ["file"] = "file-AAAAAAAAAAAAAAAAAAAAAAAA", ["vector_store.file"] = "file-AAAAAAAAAAAAAAAAAAAAAAAA", ["assistant"] = "asst_AAAAAAAAAAAAAAAAAAAAAAAA",
        ["thread"] = "thread_AAAAAAAAAAAAAAAAAAAAAAAA", ["message"] = "msg_AAAAAAAAAAAAAAAAAAAAAAAA", ["run"] = "run_AAAAAAAAAAAAAAAAAAAAAAAA", ["step"] = "step_AAAAAAAAAAAAAAAAAAAAAAAA",
        ["vector_store"] = "vs_AAAAAAAAAAAAAAAAAAAAAAAA", ["vector_store.batch"] = "vsfb_AAAAAAAAAAAAAAAAAAAAAAAA", ["response"] = "resp_AAAAAAAAAAAAAAAAAAAAAAAA",
        ["conversation"] = "conv_AAAAAAAAAAAAAAAAAAAAAAAA", ["conversation.item"] = "msg_AAAAAAAAAAAAAAAAAAAAAAAA", ["completion"] = "chatcmpl-AAAAAAAAAAAAAAAAAAAAAAAA",
        ["container"] = "cntr_AAAAAAAAAAAAAAAAAAAAAAAA", ["container.file"] = "cfile_AAAAAAAAAAAAAAAAAAAAAAAA", ["upload"] = "upload_AAAAAAAAAAAAAAAAAAAAAAAA", ["agent"] = "agent_AAAAAAAAAAAAAAAAAAAAAAAA",
    };

    private HttpMethod Method => HttpMethod.Parse(operation.Method);

    public IEnumerable<WrongRequest> All()
    {
        WrongRequest[] all = [.. Addresses(), .. Queries(), .. Bodies(), .. Forms(), .. Callers()];
        return Leniency.IsUnknownToTheEndpoint(operation) ? all.Select(wrong => wrong with { AnyShape = true, Statuses = null }) : all;
    }

    /// <summary>The right path, or what stands for it where the world has no such object.</summary>
    private string Right => world.Path(operation) ?? Unknown("{none}", "x");

    private IEnumerable<WrongRequest> Addresses()
    {
        foreach (var parameter in operation.Path.Split('/').Where(part => part.StartsWith('{')))
        {
            var kind = World.Kind(operation.Path, parameter);
            var unknown = UnknownIds.GetValueOrDefault(kind, "x_AAAAAAAAAAAAAAAAAAAAAAAA");
            yield return At(parameter, unknown, "unknown id", 404);
            if (neighbour.Id(kind) is { } other && kind != "model") yield return At(parameter, other, "another organisation's id", 404);
            foreach (var strange in new[] { "..%2F..%2Fetc%2Fpasswd", "%00", "a%20b'%3B--", new string('x', 4_000), "%F0%9F%98%80", "%ff%fe", "{}" })
                yield return At(parameter, strange, $"id is {(strange.Length > 40 ? "4,000 characters long" : strange)}", 400, 404, 414);
        }

        WrongRequest At(string parameter, string id, string fault, params int[] statuses) =>
            new($"{parameter}: {fault}", Method, Unknown(parameter, id), GoodContent(), null, statuses, MayPass: operation.Id == "retrieveModel") { AnyShape = id == "%00" };
    }

    /// <summary>The path with one parameter replaced; what else the world lacks is replaced too.</summary>
    private string Unknown(string parameter, string id)
    {
        var parts = operation.Path.Split('/').Select(part => part == parameter ? id : !part.StartsWith('{') ? part : world.Id(World.Kind(operation.Path, part)) ?? "x_AAAAAAAAAAAAAAAAAAAAAAAA");
        return "/v1" + string.Join('/', parts);
    }

    private IEnumerable<WrongRequest> Queries()
    {
        if (operation.Method != "GET") yield break;
        foreach (var parameter in operation.Parameters.Where(parameter => parameter.In == "query"))
        {
            foreach (var (value, mayPass) in Values(parameter))
                yield return new($"?{parameter.Name}={(value.Length > 40 ? "…" : value)}", Method, $"{Right}?{Uri.EscapeDataString(parameter.Name)}={value}", null, mayPass || world.Path(operation) is null ? null : parameter.Name, [400, 404], mayPass);
        }

        static IEnumerable<(string Value, bool MayPass)> Values(ApiParameter parameter) => parameter.Name switch
        {
            "limit" => [("many", false), ("0", false), ("-1", false), ("100000000", false), ("99999999999999999999", false), ("1.5", false), ("%00", false)],
            "order" => [("sideways", false), ("ASC%20DESC", false)],
            "after" or "before" => [("no_such_object", true), ("%00", true), ("..%2F", true), (new string('x', 4_000), true)],
            _ => [("%00", true), ("%ff", true), (new string('x', 4_000), true)],
        };
    }

    private IEnumerable<WrongRequest> Bodies()
    {
        if (operation.Request is null || operation.Form || Good.Body(operation.Id, world) is not { } good) yield break;
        foreach (var (fault, parameter, body) in WrongBodies.Changed(operation, good))
        {
            var mayPass = Leniency.For(operation, fault) is not null || Leniency.IsPassedOn(operation, fault);
            yield return new(fault, Method, Right, WrongBodies.Json(body.ToJsonString()), mayPass || Leniency.IsAnsweredElsewhere(operation) ? null : parameter, [400, 404, 413, 422], mayPass);
        }

        foreach (var body in Good.Foreign(operation.Id, neighbour))
            yield return new("ids of another organisation in the body: " + body, Method, Right, WrongBodies.Json(body), null, [400, 404]);
        foreach (var (fault, content, mayPass) in WrongBodies.Broken(good)) yield return new("the body " + fault, Method, Right, content, null, [400, 413, 422], mayPass);
        yield return new("the body is a form", Method, Right, new FormUrlEncodedContent([new("model", "m")]), null, [400, 415]);
        yield return new("the body is said to be text", Method, Right, new StringContent(good.ToJsonString(), Encoding.UTF8, "text/plain"), null, [400, 415], MayPass: true);
        yield return new("the body is said to be larger than any", Method, Right, new Announced(TooLarge), null, [400, 413]);
    }

    private IEnumerable<WrongRequest> Forms()
    {
        if (!operation.Form) yield break;
        yield return new("the form is JSON", Method, Right, WrongBodies.Json("{}"), null, [400, 415]);
        yield return new("the form has no boundary", Method, Right, Form("multipart/form-data", "--b\r\n\r\n"), null, [400, 415]);
        yield return new("the form is cut off", Method, Right, Form("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello"), null, [400]);
        yield return new("the form is empty", Method, Right, Form("multipart/form-data; boundary=b", "--b--\r\n"), null, [400]);
        yield return new("the form is no form", Method, Right, Form("multipart/form-data; boundary=b", "hello"), null, [400]);
        yield return new("the form is said to be larger than any", Method, Right, new Announced(TooLarge, "multipart/form-data; boundary=b"), null, [400, 413]);
        var required = operation.Description.Resolve(operation.Request)["required"]!.AsArray().Select(name => name!.GetValue<string>()).ToList();
        foreach (var missing in required) yield return new($"{missing} is missing", Method, Right, Fields(required.Where(name => name != missing)), missing, [400]);
        if (!required.Contains("purpose")) yield break;
        yield return new("purpose is an unknown word", Method, Right, Fields(["file"], ("purpose", "no_such_word")), "purpose", [400]);
        yield return new("purpose is given twice", Method, Right, Fields(["file"], ("purpose", "assistants"), ("purpose", "no_such_word")), null, [400], MayPass: true);
    }

    private IEnumerable<WrongRequest> Callers()
    {
        var content = GoodContent();
        yield return new("no key", Method, Right, content, null, [401]) { Key = "" };
        yield return new("a wrong key", Method, Right, GoodContent(), null, [401]) { Key = "sk-cadre-wrong" };
        yield return new("a key that is no text", Method, Right, GoodContent(), null, [401]) { Key = new string('k', 5_000) };
        yield return new("PUT", HttpMethod.Put, Right, WrongBodies.Json("{}"), null, [405]);
    }

    private HttpContent? GoodContent() => operation.Form ? Fields(["file", "purpose", "data"]) : Good.Body(operation.Id, world) is { } good ? WrongBodies.Json(good.ToJsonString()) : null;

    private static ByteArrayContent Form(string type, string text)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private static MultipartFormDataContent Fields(IEnumerable<string> names, params (string Name, string Value)[] more)
    {
        var form = new MultipartFormDataContent { { new StringContent("x"), "strange" } };
        foreach (var name in names)
        {
            if (name == "purpose") form.Add(new StringContent("assistants"), name);
            else form.Add(new ByteArrayContent("hello"u8.ToArray()), name, "a.txt");
        }

        foreach (var (name, value) in more) form.Add(new StringContent(value), name);
        return form;
    }
}
