using System.Text.Json;

namespace Cadre.Simulator;

/// <summary>A request as it crossed the socket.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path with its query, e.g. <c>/v1/responses</c>.</param>
/// <param name="Headers">Names in lower case. Credentials (authorization, api keys, cookies) are left out.</param>
/// <param name="Body">The JSON body; <see cref="JsonValueKind.Undefined"/> when there was none or it was not JSON.</param>
public sealed record RecordedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, JsonElement Body);
