using System.Xml;

namespace Cadre.Knowledge.Extraction.Office;

/// <summary>A presentation, slide by slide, each with its notes.</summary>
internal sealed class SlideText(OfficePackage package, MarkdownWriter writer)
{
    private int _cells = -1;

    public void Write(string main)
    {
        var relations = package.Relations(main);
        var slides = new List<string>();
        using (var xml = package.Open(main))
        {
            while (xml?.Read() == true)
            {
                if (xml is not { NodeType: XmlNodeType.Element, LocalName: "sldId" }) continue;
                for (var more = xml.MoveToFirstAttribute(); more; more = xml.MoveToNextAttribute())
                    if (xml.LocalName == "id" && relations.TryGetValue(xml.Value, out var slide) && slide.Is("slide")) slides.Add(slide.Target);
            }
        }

        for (var i = 0; i < Math.Min(slides.Count, OfficePackage.MaxEntries); i++)
        {
            writer.Text($"Slide {i + 1}");
            writer.EndBlock("# ");
            WritePart(slides[i], isSlide: true);
            if (package.Relations(slides[i]).Values.FirstOrDefault(relation => relation.Is("notesSlide")) is not { } notes) continue;
            writer.Text("Notes: ");
            WritePart(notes.Target, isSlide: false);
        }
    }

    private void WritePart(string part, bool isSlide)
    {
        using var xml = package.Open(part);
        var (inText, isTitle, isLeftOut) = (false, false, false);
        while (xml?.Read() == true)
        {
            if (xml.NodeType is XmlNodeType.Element)
            {
                switch (xml.LocalName)
                {
                    case "sp":
                        (isTitle, isLeftOut) = (false, false);
                        break;
                    case "ph":
                        isTitle = isSlide && xml.GetAttribute("type") is "title" or "ctrTitle";
                        isLeftOut = xml.GetAttribute("type") is "sldNum" or "dt" or "ftr" or "hdr" or "sldImg";
                        break;
                    case "t":
                        inText = !xml.IsEmptyElement && !isLeftOut;
                        break;
                    case "br":
                        writer.Text(" ");
                        break;
                    case "tr":
                        _cells = 0;
                        break;
                    case "tc":
                        if (_cells++ > 0) writer.NextCell();
                        break;
                }
            }
            else if (xml.NodeType is XmlNodeType.EndElement)
            {
                switch (xml.LocalName)
                {
                    case "t":
                        inText = false;
                        break;
                    case "p" when _cells >= 0:
                        writer.Text(" ");
                        break;
                    case "p":
                        if (writer.Waiting > 0 && !isLeftOut) writer.EndBlock(isTitle ? "## " : "");
                        break;
                    case "tr":
                        writer.EndBlock("| ", tight: true);
                        _cells = -1;
                        break;
                }
            }
            else if (inText && xml.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace or XmlNodeType.CDATA)
            {
                writer.Text(xml);
            }
        }

        writer.EndBlock();
    }
}
