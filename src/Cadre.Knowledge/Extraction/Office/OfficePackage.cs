using System.Buffers.Binary;
using System.IO.Compression;
using System.Xml;

namespace Cadre.Knowledge.Extraction.Office;

/// <summary>The parts of an Office Open XML file, by name. Nothing is ever written by a name in it, and no part refers to anything outside.</summary>
internal sealed class OfficePackage : IDisposable
{
    public const int MaxEntries = 10_000;
    public const long MaxExpandedBytes = 512L << 20;

    /// <summary>Between a part's size and its compressed size, once it is large.</summary>
    public const int MaxRatio = 300;
    public const long RatioCountsFrom = 16L << 20;

    private readonly ZipArchive _archive;
    private long _expanded;

    public OfficePackage(Stream content)
    {
        if (CountEntries(content) > MaxEntries) throw UnreadableException.TooLarge($"The file has more than {MaxEntries} parts.");
        content.Position = 0;
        _archive = new ZipArchive(content, ZipArchiveMode.Read);
    }

    public bool Has(string part) => _archive.GetEntry(part) is not null;

    public IEnumerable<string> Names => _archive.Entries.Select(entry => entry.FullName);

    /// <summary>Null when there is no such part.</summary>
    public XmlReader? Open(string part)
    {
        if (_archive.GetEntry(part.TrimStart('/')) is not { } entry) return null;
        return XmlReader.Create(new Expanding(this, entry.Open(), entry.CompressedLength), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            CheckCharacters = false,
            CloseInput = true,
            MaxCharactersInDocument = MaxExpandedBytes,
            MaxCharactersFromEntities = 1024,
        });
    }

    /// <summary>What a part refers to inside the package, by the reference's id.</summary>
    public Dictionary<string, Relation> Relations(string part)
    {
        var slash = part.LastIndexOf('/') + 1;
        var relations = new Dictionary<string, Relation>(StringComparer.Ordinal);
        using var xml = Open($"{part[..slash]}_rels/{part[slash..]}.rels");
        while (xml?.Read() == true && relations.Count < MaxEntries)
        {
            if (xml is not { NodeType: XmlNodeType.Element, LocalName: "Relationship" } || xml.GetAttribute("TargetMode") == "External") continue;
            if (xml.GetAttribute("Id") is { } id && xml.GetAttribute("Target") is { } target)
                relations[id] = new Relation(xml.GetAttribute("Type") ?? "", Resolve(part[..slash], target));
        }

        return relations;
    }

    public void Dispose() => _archive.Dispose();

    private static string Resolve(string folder, string target)
    {
        if (target.StartsWith('/')) return target[1..];
        var parts = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var step in target.Split('/'))
        {
            if (step == ".." && parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            else if (step is not (".." or "." or "")) parts.Add(step);
        }

        return string.Join('/', parts);
    }

    /// <summary>As the archive's end says; when that is a lie, the archive does not open, within the memory that this process has.</summary>
    private static long CountEntries(Stream content)
    {
        const int endLength = 22, longestComment = 0xFFFF, end64Length = 56;
        var tail = new byte[(int)Math.Min(content.Length, endLength + longestComment + end64Length + 20)];
        content.Position = content.Length - tail.Length;
        content.ReadExactly(tail);
        var end = tail.AsSpan().LastIndexOf("PK\x05\x06"u8);
        if (end < 0 || end + 12 > tail.Length) return 0;
        var count = BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(end + 10));
        if (count != 0xFFFF) return count;
        var end64 = tail.AsSpan(0, end).LastIndexOf("PK\x06\x06"u8);
        return end64 >= 0 && end64 + 40 <= tail.Length ? (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(tail.AsSpan(end64 + 32)), long.MaxValue) : count;
    }

    /// <summary>Counts what comes out, whatever the archive says of its size.</summary>
    private sealed class Expanding(OfficePackage package, Stream part, long compressed) : Stream
    {
        private long _read;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var length = part.Read(buffer);
            _read += length;
            package._expanded += length;
            if (package._expanded > MaxExpandedBytes) throw UnreadableException.TooLarge($"The file unpacks to more than {MaxExpandedBytes >> 20} MiB.");
            if (_read > RatioCountsFrom && _read / MaxRatio > compressed) throw UnreadableException.Invalid($"The file is packed more than {MaxRatio} times as small: no document is.");
            return length;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) part.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <param name="Type">Ends in what it is: ".../styles".</param>
/// <param name="Target">Name of a part.</param>
internal sealed record Relation(string Type, string Target)
{
    public bool Is(string kind) => Type.EndsWith("/" + kind, StringComparison.Ordinal);
}
