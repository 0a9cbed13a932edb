using System.Text;
using Cadre.Server.Http;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Cadre.Server.Files;

/// <summary>A multipart/form-data body whose one file went straight to the blobs (RFC 7578, with the names that clients leave unquoted).</summary>
/// <param name="Values">The other fields, the last of a name.</param>
internal sealed record MultipartForm(IReadOnlyDictionary<string, string> Values, MultipartForm.Content? File)
{
    /// <summary>Beside the file.</summary>
    private const int MaxFields = 64;

    private const int MaxFieldBytes = 16 << 10;
    private const int MaxBoundaryLength = 200;

    /// <summary>Of a body, beyond its file: the fields, the boundaries and the headers.</summary>
    private const int MaxSurroundings = MaxFields * (MaxFieldBytes + (16 << 10));

    /// <param name="Name">As it was sent; null when there was none.</param>
    internal sealed record Content(string? Name, Blob Blob);

    /// <param name="fileField">The field that holds the file; a file of another name is refused.</param>
    /// <exception cref="ApiException">The body is not such a form, is cut off, has two files or is larger than <paramref name="maxBytes"/>.</exception>
    public static async Task<MultipartForm> ReadAsync(HttpContext http, string fileField, long maxBytes, IBlobs blobs)
    {
        var request = http.Request;
        if (request.ContentLength > maxBytes + MaxSurroundings) throw RequestBody.TooLarge(maxBytes);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = maxBytes + MaxSurroundings;
        var reader = new MultipartReader(Boundary(request), request.Body);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        Content? file = null;
        while (await NextAsync(reader, http.RequestAborted) is { } section)
        {
            // An empty form of some clients is one part without any header.
            if (section.Headers is null or { Count: 0 }) continue;
            var (name, fileName) = Names(section);
            var body = new UploadedPart(section.Body);
            if (name != fileField)
            {
                if (fileName is not null) throw ApiException.BadRequest($"Unrecognized file upload: '{name}'. The file belongs into '{fileField}'.", name);
                if (values.Count == MaxFields) throw ApiException.BadRequest($"The form has more than {MaxFields} fields.");
                values[name] = await TextAsync(body, name, http.RequestAborted);
            }
            else
            {
                if (file is not null) throw ApiException.BadRequest($"Only one '{fileField}' can be uploaded at a time.", fileField);
                file = new(fileName, await PutAsync(blobs, body, maxBytes, http.RequestAborted));
            }
        }

        return new(values, file);
    }

    private static string Boundary(HttpRequest request)
    {
        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
        if (type is null || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(StatusCodes.Status400BadRequest,
                $"Invalid Content-Type header ({request.ContentType ?? "none"}), expected multipart/form-data. (HINT: If you're using curl, you can pass -H 'Content-Type: multipart/form-data')");
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is > 0 and <= MaxBoundaryLength ? boundary : throw ApiException.BadRequest("The Content-Type header has no usable multipart boundary.");
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception fault) when (UploadedPart.IsBroken(fault))
        {
            throw UploadedPart.Broken();
        }
    }

    private static (string Name, string? FileName) Names(MultipartSection section)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { Length: > 0 } name)
            throw ApiException.BadRequest("A part of the form has no name.");
        var fileName = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
        return (name, fileName.HasValue ? HeaderUtilities.UnescapeAsQuotedString(HeaderUtilities.RemoveQuotes(fileName)).ToString() : null);
    }

    private static async Task<string> TextAsync(Stream body, string name, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxFieldBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MaxFieldBytes
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : throw ApiException.BadRequest($"Invalid '{name}': the field is longer than {MaxFieldBytes} bytes.", name, "string_above_max_length");
    }

    private static async Task<Blob> PutAsync(IBlobs blobs, Stream body, long maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            return await blobs.PutAsync(body, maxBytes, cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw RequestBody.TooLarge(maxBytes);
        }
    }
}
