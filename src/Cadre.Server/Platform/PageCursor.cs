using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Cadre.Engine.Tools;
using Cadre.Server.Http;

namespace Cadre.Server.Platform;

/// <summary>
/// Where a page ended: good for the same owner's same question only. It says nothing that the owner was not shown, and what it names is looked up in the owner's scope,
/// whoever made it.
/// </summary>
/// <param name="question">The tool and all of its arguments that choose what is listed.</param>
internal readonly struct PageCursor(Owner owner, params IEnumerable<string?> question)
{
    private const int HashBytes = 12;
    private const int MaxLength = 500;

    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{owner.Organisation}\0{owner.User}\0{string.Join('\0', question)}"))[..HashBytes];

    public string Write(string last) => Base64Url.EncodeToString([.. _hash, .. Encoding.UTF8.GetBytes(last)]);

    /// <summary>The last item of the page before; null at the beginning.</summary>
    public string? Read(Fields arguments)
    {
        if (arguments.Text("cursor", MaxLength) is not { } cursor) return null;
        if (!Base64Url.IsValid(cursor)) throw Unfit();
        var bytes = Base64Url.DecodeFromChars(cursor);
        return bytes.Length > HashBytes && bytes.AsSpan(0, HashBytes).SequenceEqual(_hash) ? Encoding.UTF8.GetString(bytes.AsSpan(HashBytes)) : throw Unfit();
    }

    public static ApiException Unfit() => ApiException.BadRequest("Invalid 'cursor': it is no 'next_cursor' of this list. A cursor is good for the same arguments only.", "cursor", "invalid_cursor");
}
