namespace Cadre.Knowledge.Extraction.Office;

/// <summary>Tells by its main part what an Office Open XML file is.</summary>
internal static class OfficeDocument
{
    private static readonly string[] UsualMainParts = ["word/document.xml", "xl/workbook.xml", "ppt/presentation.xml"];

    /// <returns>The form of the text.</returns>
    public static TextForm Write(Stream content, MarkdownWriter writer)
    {
        using var package = new OfficePackage(content);
        var main = package.Relations("").Values.FirstOrDefault(relation => relation.Is("officeDocument"))?.Target ?? UsualMainParts.FirstOrDefault(package.Has);
        switch (main?.Split('/')[0])
        {
            case "word":
                new WordText(package, writer).Write(main);
                return TextForm.Markdown;
            case "xl":
                new SheetText(package, writer).Write(main);
                return TextForm.Rows;
            case "ppt":
                new SlideText(package, writer).Write(main);
                return TextForm.Markdown;
            default:
                throw new UnreadableException(IngestFault.UnsupportedFile, "The file is an archive, and archives are not looked into: upload the files in it.");
        }
    }
}
