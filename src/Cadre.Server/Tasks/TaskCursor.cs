using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tasks;

/// <summary>
/// Where a page of tasks ended, as text: the value that it is sorted by and the id, not the task, which may be gone when the next page is asked for. It is good for the same
/// user's same question only. It says nothing that its user was not shown, and names no place outside the user's own tasks, whoever made it.
/// </summary>
internal static class TaskCursor
{
    private const int HashBytes = 12;
    private const int MaxLength = 4_000;

    public static string Write(Owner owner, TaskQuery query, UserTask last)
    {
        var value = query.Sort.Value(last);
        var place = Encoding.UTF8.GetBytes($"{last.Id}\0{(value is null ? "" : "=" + value)}");
        return Base64Url.EncodeToString([.. Hash(owner, query), .. place]);
    }

    /// <exception cref="ApiException">It is none, or another user's or question's.</exception>
    public static SortedPlace Read(Owner owner, TaskQuery query, string cursor)
    {
        if (cursor.Length > MaxLength || !Base64Url.IsValid(cursor)) throw Unfit();
        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length <= HashBytes || !bytes.AsSpan(0, HashBytes).SequenceEqual(Hash(owner, query)) || !Utf8.IsValid(bytes.AsSpan(HashBytes))) throw Unfit();
        var place = Encoding.UTF8.GetString(bytes.AsSpan(HashBytes));
        var end = place.IndexOf('\0', StringComparison.Ordinal);
        if (end < 0) throw Unfit();
        return new(end + 1 < place.Length ? place[(end + 2)..] : null, place[..end]);
    }

    private static ReadOnlySpan<byte> Hash(Owner owner, TaskQuery query) => SHA256.HashData(Encoding.UTF8.GetBytes($"{owner.Organisation}\0{owner.User}\0{query.Identity}")).AsSpan(0, HashBytes);

    private static ApiException Unfit() =>
        ApiException.BadRequest("Invalid 'after': it is no 'next_cursor' of this listing. A cursor is good for the same filters and the same order only.", "after", "invalid_cursor");
}
