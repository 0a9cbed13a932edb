using Cadre.Server.Http;

namespace Cadre.Server.Chat;

internal static class ChatFields
{
    /// <exception cref="ApiException">400: the object has a member that nobody reads.</exception>
    public static void Only(Fields fields, params ReadOnlySpan<string> known)
    {
        foreach (var member in fields.Raw.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                throw ApiException.BadRequest($"Unknown parameter: '{fields.At(member.Name)}'. Known are {string.Join(", ", known!)}.", fields.At(member.Name), "unknown_parameter");
        }
    }
}
