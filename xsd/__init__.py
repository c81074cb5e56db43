"""XML Schemas of this project for the Peppol documents it reads and writes.

The folder holds data: `trees/` says what each profile allows, `profile/` and
`outside/` are the schemas made from it by `billing/tools/schemas`. `peppol.xml.schemas`
is the only reader. README.md beside this file says which release they express.
"""
