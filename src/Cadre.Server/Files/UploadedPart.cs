using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Files;

/// <summary>A part of a form as it comes from the socket. A body that ends early is the sender's fault, not the disk's that it is written to.</summary>
internal sealed class UploadedPart(Stream inner) : ReadOnlyStream
{
    /// <summary>How <see cref="Microsoft.AspNetCore.WebUtilities.MultipartReader"/> says that a body is no form.</summary>
    public static bool IsBroken(Exception fault) => fault is InvalidDataException || fault is IOException and not BadHttpRequestException;

    public static ApiException Broken() => ApiException.BadRequest("The multipart form cannot be read: it is cut off, its boundary is another, or a header is too long.");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception fault) when (IsBroken(fault))
        {
            throw Broken();
        }
    }
}
